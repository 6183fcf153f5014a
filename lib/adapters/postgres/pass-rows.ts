import type { PassClaim, PassState } from '@/lib/domain/approval/approval-pass';
import type { PendingCall } from './call-queue';
import type { Statement } from './ledger-connection';

/** The passes that the calls of one batch show, as they stand in the database while their rows are locked. */
export interface LockedPasses {
  readonly states: ReadonlyMap<string, PassState>;
  /** The version of the configuration that was committed once the rows were locked. */
  readonly configVersion: number;
  /** By the database's clock, read after the locks; null when nothing was locked. */
  readonly nowMs: number | null;
}

export const NO_PASSES: LockedPasses = { states: new Map(), configVersion: 0, nowMs: null };

/** Approvals before exceptions, each by id: two nodes never wait for each other. $1 approvals, $2 exceptions. */
export const LOCK_PASSES: Statement = {
  name: 'callgate_lock_passes',
  text: `
    WITH locked AS MATERIALIZED (
      SELECT id, digest, status, (extract(epoch FROM coalesce(usable_until, expires_at)) * 1000)::float8 AS until_ms
      FROM approvals WHERE id = ANY ($1::text[]) ORDER BY id FOR UPDATE
    ), standing AS MATERIALIZED (
      SELECT id, coalesce(scope_digest, digest) AS digest, CASE WHEN revoked_at IS NULL THEN 'active' ELSE 'revoked' END AS status, (extract(epoch FROM expires_at) * 1000)::float8 AS until_ms
      FROM approval_exceptions WHERE id = ANY ($2::text[]) ORDER BY id FOR UPDATE
    )
    SELECT (SELECT json_agg(json_build_array(id, digest, status, until_ms)) FROM locked)::text AS approvals,
           (SELECT json_agg(json_build_array(id, digest, status, until_ms)) FROM standing)::text AS exceptions`,
};

/** A statement of its own, so that it sees what was committed while the locks were waited for. */
export const READ_CONFIG_VERSION: Statement = {
  name: 'callgate_read_config_version',
  text: `SELECT version::float8 AS version, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms FROM config_version WHERE id = 1`,
};

/** Compare-and-set: $1 approvals that a call uses up, $2 exceptions that calls use. Returns how many rows each changed. */
export const TAKE_PASSES: Statement = {
  name: 'callgate_take_passes',
  text: `
    WITH used AS (
      UPDATE approvals a SET status = 'consumed', consumed_event = r.event, finished_at = clock_timestamp()
      FROM json_to_recordset($1::json) AS r(id text, event text)
      WHERE a.id = r.id AND a.status = 'approved' AND a.consumed_event IS NULL RETURNING 1
    ), again AS (
      UPDATE approval_exceptions x SET uses = x.uses + r.uses, last_used_at = clock_timestamp(), last_event = r.event
      FROM json_to_recordset($2::json) AS r(id text, event text, uses integer) WHERE x.id = r.id AND x.revoked_at IS NULL RETURNING 1
    )
    SELECT (SELECT count(*) FROM used)::int AS used, (SELECT count(*) FROM again)::int AS again`,
};

/** Ids of the passes that a batch shows, by kind and in the order in which they are locked. */
export function passesOf(calls: readonly PendingCall[]): { readonly approvals: string[]; readonly exceptions: string[] } {
  const ids = { approval: new Set<string>(), exception: new Set<string>() };
  for (const { pass } of calls) if (pass !== null) ids[pass.kind].add(pass.id);
  return { approvals: [...ids.approval].sort(), exceptions: [...ids.exception].sort() };
}

/** The states of a `LOCK_PASSES` answer, to be changed by the calls that take them. */
export function readPasses(row: Readonly<Record<string, unknown>>): Map<string, PassState> {
  const states = new Map<string, PassState>();
  const read = (kind: PassClaim['kind'], text: unknown): void => {
    const rows = typeof text === 'string' ? (JSON.parse(text) as [string, string, string, number][]) : [];
    for (const [id, digest, status, usableUntilMs] of rows) states.set(id, { kind, id, digest, status, usableUntilMs, uses: 0 });
  };
  read('approval', row.approvals);
  read('exception', row.exceptions);
  return states;
}

/** What `TAKE_PASSES` is given, and how many rows it has to change. */
export function takenPasses(taken: readonly { readonly id: string; readonly kind: PassClaim['kind']; readonly event: string }[]): {
  readonly approvals: string;
  readonly exceptions: string;
  readonly used: number;
  readonly again: number;
} {
  const approvals = taken.filter(({ kind }) => kind === 'approval').map(({ id, event }) => ({ id, event }));
  const uses = new Map<string, { id: string; event: string; uses: number }>();
  for (const { id, kind, event } of taken) if (kind === 'exception') uses.set(id, { id, event, uses: (uses.get(id)?.uses ?? 0) + 1 });
  return { approvals: JSON.stringify(approvals), exceptions: JSON.stringify([...uses.values()]), used: approvals.length, again: uses.size };
}
