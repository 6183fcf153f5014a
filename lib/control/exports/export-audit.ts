import { CALL_COLUMNS_OPEN, type CallColumn, type CallFormat, PAYLOAD_COLUMNS } from '@/lib/domain/call-columns';
import { mayRole } from '@/lib/domain/roles';
import type { AuditFilters } from '../audit/contract';
import type { AuditPlace } from '../audit/read-rows';
import type { TrailContext } from '../audit/read-trail';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { DownloadFile } from '../define-contract';
import type { ControlServices } from '../services';
import { type CallRow, callRecord } from './call-record';
import type { exportAudit as contract } from './contract';
import { exportFile, headText, rowText } from './export-text';
import { ocsfEvent } from './ocsf-event';
import { readCalls } from './read-calls';
import { type ExportPiece, recordedExport } from './recorded-export';

const PIECE_CHARACTERS = 1_000_000;

/** The rows of the list as a file, as they are read: at most a thousand of them are held, and a hundred where arguments are wanted. */
export async function* exportAudit(
  ctx: ControlContext,
  { query: { format, columns: wanted, ...filter } }: VerbInput<typeof contract>,
): AsyncGenerator<string | DownloadFile> {
  const columns = chosenColumns(ctx, format, wanted);
  yield exportFile('calls', format, ctx.now.getTime());
  yield* recordedExport(ctx, { what: 'calls', format, columns, filter }, callTexts(ctx, { format, columns, filter }, null));
}

export interface CallExport {
  readonly format: CallFormat;
  readonly columns: readonly CallColumn[];
  readonly filter: AuditFilters;
}

/** With the place of its last row, from which a later reader can go on. */
export interface CallPiece extends ExportPiece {
  readonly place: AuditPlace | null;
}

type Context = TrailContext & { readonly services: Pick<ControlServices, 'openArguments'> };

/** The text of an export from its beginning, or from below `after` on. */
export async function* callTexts(ctx: Context, job: CallExport, after: AuditPlace | null): AsyncGenerator<CallPiece> {
  const { format, columns, filter } = job;
  if (after === null) yield { text: headText(format, columns), rows: 0, place: null };
  for await (const rows of readCalls(ctx, filter, columns, after)) {
    yield* piecesOf(job, rows, ctx.services);
  }
}

/** Arguments are as long as agents make them: what is written at once is bounded by its length too. */
function* piecesOf(job: CallExport, rows: readonly CallRow[], services: Pick<ControlServices, 'openArguments'>): Generator<CallPiece> {
  let text = '';
  let count = 0;
  for (const [index, row] of rows.entries()) {
    text += callText(job, callRecord(row, services));
    count += 1;
    if (text.length < PIECE_CHARACTERS && index < rows.length - 1) continue;
    yield { text, rows: count, place: { atMs: row.at.getTime(), id: row.id } };
    text = '';
    count = 0;
  }
}

function callText({ format, columns }: CallExport, record: ReturnType<typeof callRecord>): string {
  return format === 'ocsf' ? `${JSON.stringify(ocsfEvent(record))}\n` : rowText(format, columns, record);
}

/** Throws 422 for columns of a format that has its own, and 403 for payloads of somebody who may not read them. */
export function chosenColumns(
  ctx: Pick<ControlContext, 'actor'>,
  format: CallFormat,
  wanted: readonly CallColumn[] | undefined,
): readonly CallColumn[] {
  if (format === 'ocsf' && wanted !== undefined)
    throw new ControlError(422, 'export.columns', 'OCSF has its own fields. Leave `columns` out.', [
      { path: 'columns', message: 'not with `ocsf`' },
    ]);
  const columns = [...new Set(wanted ?? CALL_COLUMNS_OPEN)];
  const mayPayloads = ctx.actor.role !== null && mayRole(ctx.actor.role, 'payload.read');
  if (!mayPayloads && columns.some((column) => PAYLOAD_COLUMNS.includes(column)))
    throw new ControlError(
      403,
      'auth.forbidden',
      'Arguments are for readers of payloads only (roles Approver and Admin). Leave the column out.',
    );
  return columns;
}
