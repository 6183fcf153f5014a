import { type TrailContext, tooSlow } from '../audit/read-trail';
import type { CallRow } from './call-record';

/** Sealed arguments held at once, in bytes; a row beyond it is a piece of its own. */
const PIECE_BYTES = 4 * 1024 ** 2;
const TIMEOUT_MS = 60_000;

/** The rows in their order, in pieces whose arguments are not longer than `PIECE_BYTES` together. */
export function* piecesOf(rows: readonly CallRow[]): Generator<readonly CallRow[]> {
  let piece: CallRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = row.arguments_size ?? 0;
    if (piece.length > 0 && bytes + size > PIECE_BYTES) {
      yield piece;
      piece = [];
      bytes = 0;
    }
    piece.push(row);
    bytes += size;
  }
  if (piece.length > 0) yield piece;
}

/** The same rows with their sealed arguments. Throws 503 when they cannot be read within a minute. */
export async function withArguments(ctx: TrailContext, rows: readonly CallRow[]): Promise<readonly CallRow[]> {
  const kept = rows.filter(({ arguments_size: size }) => typeof size === 'number');
  if (kept.length === 0) return rows;
  const times = kept.map(({ at }) => at.getTime());
  // The bounds let the database look into the months of these rows only.
  const found = await ctx.services.history.read<{ id: string; arguments_envelope: string | null }>(
    'SELECT id, arguments_envelope FROM audit_events WHERE at >= $1::timestamptz AND at <= $2::timestamptz AND id = ANY($3::text[])',
    [new Date(Math.min(...times)), new Date(Math.max(...times)), kept.map(({ id }) => id)],
    { signal: ctx.signal, timeoutMs: TIMEOUT_MS },
  );
  if (found === null) throw tooSlow();
  const envelopes = new Map(found.map(({ id, arguments_envelope: envelope }) => [id, envelope]));
  return rows.map((row) => ({ ...row, arguments_envelope: envelopes.get(row.id) ?? null }));
}
