import type pg from 'pg';
import type { EventDecision, EventOutcome } from '@/lib/domain/audit-event';
import { isTargetMethod, TARGET_METHODS } from '@/lib/domain/target-methods';
import { isJsonObject } from '@/lib/kernel/json';
import type { RecordedArguments, RecordedCall } from '@/lib/policy/simulate/recorded-call';
import { openArguments, type TextSealer } from './argument-store';

/** Which recorded calls and other requests; times are epoch milliseconds, half-open. */
export interface RecordedCallsRange {
  readonly serverId: string;
  /** null: whatever policy decided, and none. */
  readonly policyId: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  /** null: all. */
  readonly agentIds: readonly string[] | null;
  /** Tool calls alone, or with the other requests that policies have rules for. */
  readonly requests: 'calls' | 'all';
}

export const RECORDED_BATCH_ROWS = 4_000;

const CHOSEN = `e.server_id = $1 AND e.method = ANY($6) AND e.at >= $2::timestamptz AND e.at < $3::timestamptz
     AND ($4::text IS NULL OR e.policy_id = $4) AND ($5::text[] IS NULL OR e.agent_id = ANY($5))`;

/**
 * The primary key's order, one batch after the other, each with a snapshot of its own: one long snapshot would keep the
 * old versions of the ledger's counters from being cleaned up for as long as the whole reading takes, and slow each charge.
 * The trail is only ever appended to, so that batches see the same rows as one snapshot would. The bounds on `event_at` are
 * what keeps the planner from reading every outcome there is.
 */
const READ_BATCH = `
  WITH e AS MATERIALIZED (
    SELECT id, at, writer, seq, decision, reason, rule, agent_id, agent_slug, grant_id, tool, definition_digest, arguments_envelope, session,
           client_name, client_version, method, target
      FROM audit_events e WHERE ${CHOSEN} AND (e.at, e.id) > ($2::timestamptz, $7) ORDER BY e.at, e.id LIMIT $8
  )
  SELECT e.id, (extract(epoch FROM e.at) * 1000)::float8, e.writer, e.seq::float8, e.decision, e.reason, e.rule, e.agent_id, e.agent_slug,
         e.grant_id, e.tool, e.definition_digest, e.arguments_envelope, e.session, e.client_name, e.client_version,
         o.outcome, (extract(epoch FROM o.at) * 1000)::float8, o.writer, o.seq::float8,
         e.method, e.target
    FROM e LEFT JOIN audit_outcomes o
      ON o.event_at = e.at AND o.event_id = e.id AND o.event_at >= $2::timestamptz AND o.event_at <= (SELECT max(at) FROM e)
   ORDER BY e.at, e.id, o.at`;

type Row = readonly [
  id: string,
  at: number,
  writer: string,
  seq: number,
  decision: string,
  reason: string,
  rule: string,
  agentId: string | null,
  agentSlug: string | null,
  grantId: string | null,
  tool: string | null,
  digest: string | null,
  envelope: string | null,
  session: string | null,
  clientName: string | null,
  clientVersion: string | null,
  outcome: string | null,
  outcomeAt: number | null,
  outcomeWriter: string | null,
  outcomeSeq: number | null,
  method: string,
  target: string | null,
];

/** How many calls the range holds now. */
export async function countRecordedCalls(client: pg.ClientBase, range: RecordedCallsRange): Promise<number> {
  const { rows } = await client.query<{ calls: number }>(`SELECT count(*)::float8 AS calls FROM audit_events e WHERE ${CHOSEN}`, [
    ...parametersOf(range, range.fromMs),
  ]);
  return rows[0]?.calls ?? 0;
}

/**
 * Yields the calls of a range in the order of the trail, in batches; the next one is already being read while the caller
 * works on this one. Memory does not grow with the range. Arguments that do not open are said to be unreadable.
 */
export async function* readRecordedCalls(
  client: pg.ClientBase,
  range: RecordedCallsRange,
  sealer: TextSealer,
  batchRows = RECORDED_BATCH_ROWS,
): AsyncGenerator<RecordedCall[]> {
  const fetch = async (afterMs: number, afterId: string): Promise<Row[]> => {
    const values = [...parametersOf(range, afterMs), afterId, batchRows];
    const { rows } = await client.query<Row>({ text: READ_BATCH, values, rowMode: 'array' } as pg.QueryArrayConfig);
    return rows as unknown as Row[];
  };
  let next: Promise<Row[]> | null = fetch(range.fromMs, '');
  let held: RecordedCall[] = [];
  try {
    while (next !== null) {
      const rows: Row[] = await next;
      const last = rows.at(-1);
      // Outcomes may give an event several rows, so a full batch is told by its number of events.
      const calls = callsOf(rows, sealer);
      next = last !== undefined && calls.length >= batchRows ? fetch(last[1], last[0]) : null;
      const ready = [...held, ...calls];
      held = next === null ? [] : takeUnfinished(ready);
      const ordered = inTrailOrder(ready);
      if (ordered.length > 0) yield ordered;
    }
  } finally {
    // A reader that stops early leaves no query behind it.
    await next?.catch(() => undefined);
  }
}

const METHODS = { calls: ['tools/call'], all: ['tools/call', ...TARGET_METHODS] };

function parametersOf(range: RecordedCallsRange, fromMs: number): unknown[] {
  return [
    range.serverId,
    new Date(fromMs).toISOString(),
    new Date(range.toMs).toISOString(),
    range.policyId,
    range.agentIds,
    METHODS[range.requests],
  ];
}

/** Takes the calls of the last millisecond out: its rest is in the next batch, and within one millisecond ids do not tell the order. */
function takeUnfinished(calls: RecordedCall[]): RecordedCall[] {
  const lastAt = calls.at(-1)?.at;
  let from = calls.length;
  while (from > 0 && (calls[from - 1] as RecordedCall).at === lastAt) from--;
  // A whole batch within one millisecond is not held back for ever.
  return from === 0 ? [] : calls.splice(from);
}

/** By time, and within one millisecond in the order in which each writer wrote. */
function inTrailOrder(calls: RecordedCall[]): RecordedCall[] {
  return calls.sort((a, b) => a.at - b.at || (a.writer === b.writer ? a.seq - b.seq : a.writer < b.writer ? -1 : 1));
}

function callsOf(rows: readonly Row[], sealer: TextSealer): RecordedCall[] {
  const calls: RecordedCall[] = [];
  for (const [index, row] of rows.entries()) {
    // The latest outcome counts, and comes last.
    if (rows[index + 1]?.[0] === row[0]) continue;
    const [event, at, writer, seq, decision, reason, rule, agentId, agentSlug, grantId, tool, definitionDigest, envelope, session] = row;
    const [, , , , , , , , , , , , , , clientName, clientVersion, outcome, outcomeAt, outcomeWriter, outcomeSeq, method, target] = row;
    const request = isTargetMethod(method) && target !== null ? { method, target } : null;
    calls.push({
      event,
      at,
      writer,
      seq,
      decision: decision as EventDecision,
      reason,
      rule,
      agentId,
      agentSlug,
      grantId,
      tool,
      request,
      definitionDigest,
      session,
      client: clientName === null ? null : { name: clientName, version: clientVersion ?? '' },
      args: argumentsOf(event, envelope, sealer),
      settled:
        outcome === null
          ? null
          : { outcome: outcome as EventOutcome, at: outcomeAt ?? at, writer: outcomeWriter ?? writer, seq: outcomeSeq ?? seq },
    });
  }
  return calls;
}

const NOT_KEPT: RecordedArguments = { kept: false, why: 'not_kept' };
const UNREADABLE: RecordedArguments = { kept: false, why: 'unreadable' };

function argumentsOf(event: string, envelope: string | null, sealer: TextSealer): RecordedArguments {
  if (envelope === null) return NOT_KEPT;
  try {
    const value: unknown = JSON.parse(openArguments(envelope, event, sealer));
    return isJsonObject(value) ? { kept: true, value } : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}
