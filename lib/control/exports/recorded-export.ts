import { change } from '../change';
import type { ControlContext } from '../context';

export interface ExportFacts {
  readonly what: 'calls' | 'changes';
  readonly format: string;
  readonly columns: readonly string[];
  readonly filter: unknown;
}

/** Some rows as text. */
export interface ExportPiece {
  readonly text: string;
  readonly rows: number;
}

const WHAT = { calls: 'Calls', changes: 'Changes' } as const;

/** `Calls as CSV` */
export const exportName = ({ what, format }: Pick<ExportFacts, 'what' | 'format'>): string => `${WHAT[what]} as ${format.toUpperCase()}`;

/**
 * The texts of an export that somebody takes along. Who takes what is recorded before the first of them, and how many rows it became
 * after the last, or when the receiver left.
 */
export async function* recordedExport(ctx: ControlContext, facts: ExportFacts, pieces: AsyncIterable<ExportPiece>): AsyncGenerator<string> {
  const entry = { entity: 'export', entityId: ctx.services.newId('exp'), entityName: exportName(facts) };
  const began = performance.now();
  const record = (action: string, after: unknown): Promise<void> => {
    const now = new Date(ctx.now.getTime() + Math.round(performance.now() - began));
    return change({ ...ctx, now }, (_tx, write) => write({ ...entry, action, after }));
  };
  await record('audit.export', facts);
  let rows = 0;
  let complete = false;
  try {
    // An export of nothing is an answer too, and begins like any other.
    yield '';
    for await (const piece of pieces) {
      rows += piece.rows;
      yield piece.text;
    }
    complete = true;
  } finally {
    await record('audit.export_end', { ...facts, rows, complete });
  }
}
