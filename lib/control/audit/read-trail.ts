import type { ControlContext } from '../context';
import { ControlError } from '../control-error';
import type { ControlServices } from '../services';

/** What reading the trail needs of the world. */
export type TrailContext = Pick<ControlContext, 'now' | 'signal'> & { readonly services: Pick<ControlServices, 'history'> };

const TIMEOUT_MS = 20_000;

/** One statement over the trail, cancelled when the caller goes away; 503 when it takes longer than people wait. */
export async function readTrail<Row>(ctx: TrailContext, sql: string, values: readonly unknown[], timeoutMs = TIMEOUT_MS): Promise<Row[]> {
  const rows = await ctx.services.history.read<Row>(sql, values, { signal: ctx.signal, timeoutMs });
  if (rows === null) throw tooSlow();
  return rows;
}

export function tooSlow(): ControlError {
  return new ControlError(
    503,
    'audit.slow',
    'The database needs too long for this. Choose a shorter time or a narrower filter, or try again.',
  );
}
