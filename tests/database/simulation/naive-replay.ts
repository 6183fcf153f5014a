import type pg from 'pg';
import type { CallFacts, Catalogue } from '@/lib/domain/decision';
import type { JsonObject } from '@/lib/kernel/json';
import type { NaiveCharge } from '../../unit/policy/naive-charges';
import { naiveDecide } from '../../unit/policy/naive-evaluator';

/**
 * A second reading of what a simulation promises, sharing nothing with it: rows by a query of its own, the naive evaluator of the policy
 * language, and for each limit a sum over everything that was ever charged instead of a counter that rolls.
 */

interface Row {
  id: string;
  at: number;
  decision: string;
  tool: string;
  digest: string;
  agent: string;
  grant: string;
  args: JsonObject | null;
  endedAt: number | null;
  ended: string | null;
}

export interface NaiveWorld {
  readonly server: CallFacts['server'];
  readonly catalogue: Catalogue;
  readonly callers: readonly { readonly agent: CallFacts['agent']; readonly grant: CallFacts['grant'] }[];
  /** The arguments as they were kept, or null when they do not open. */
  readonly open: (event: string, envelope: string) => JsonObject | null;
  /** Why the draft cannot be told for such a call, when it would come to look at its arguments. */
  readonly blindSpot: (tool: string, args: JsonObject | null, recorded: string) => string | null;
}

export interface NaiveResult {
  calls: number;
  changed: number;
  matrix: Record<string, number>;
  cannotTell: Record<string, number>;
  changedByTool: Record<string, number>;
  changedByAgent: Record<string, number>;
  approvals: { total: number; atNight: number; byRule: Record<string, number> };
}

const LENGTHS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Calls from `readFromMs` on move the limits; those from `fromMs` on are counted. */
export async function naiveReplay(
  client: pg.ClientBase,
  policy: unknown,
  world: NaiveWorld,
  range: { readonly readFromMs: number; readonly fromMs: number; readonly toMs: number },
): Promise<NaiveResult> {
  const result: NaiveResult = {
    calls: 0,
    changed: 0,
    matrix: {},
    cannotTell: {},
    changedByTool: {},
    changedByAgent: {},
    approvals: { total: 0, atNight: 0, byRule: {} },
  };
  const charged: { at: number; key: string; amount: number; backAt: number }[] = [];
  for (const row of await readRows(client, world, range.readFromMs, range.toMs)) {
    const isCounted = row.at >= range.fromMs;
    if (isCounted) result.calls++;
    const caller = world.callers.find(({ grant }) => grant.id === row.grant);
    const tool = world.catalogue.get(row.tool);
    const blind =
      tool === undefined
        ? 'tool_unknown'
        : tool.digest !== row.digest
          ? 'definition_changed'
          : caller === undefined
            ? 'caller_unknown'
            : world.blindSpot(row.tool, row.args, row.decision);
    if (blind !== null || caller === undefined) {
      if (isCounted) add(result.cannotTell, blind ?? 'caller_unknown');
      continue;
    }
    const decision = naiveDecide(
      policy,
      { tool: row.tool, args: row.args ?? {}, at: row.at, server: world.server, ...caller, client: null, session: null },
      world.catalogue,
    );
    let state = decision.observed && decision.outcome !== 'allowed' ? `observed_${decision.outcome}` : decision.outcome;
    if (decision.passes) {
      const full = decision.charges.filter((charge) => used(charged, charge, row.at) + cents(charge.amount) > cents(charge.max));
      if (full.some((charge) => charge.enforced)) state = 'limited';
      else {
        for (const charge of decision.charges) {
          const backAt =
            charge.refund && (row.ended === 'upstream_error' || row.ended === 'not_sent') ? (row.endedAt ?? Infinity) : Infinity;
          charged.push({ at: row.at, key: keyOf(charge), amount: cents(charge.amount), backAt });
        }
        if (full.length > 0 && decision.outcome === 'allowed') state = 'observed_limited';
      }
    }
    if (!isCounted) continue;
    add(result.matrix, `${row.decision} → ${state}`);
    if (effect(row.decision) !== effect(state)) {
      result.changed++;
      add(result.changedByTool, row.tool);
      add(result.changedByAgent, row.agent);
    }
    if (state === 'needs_approval') {
      const hour = new Date(row.at).getUTCHours();
      result.approvals.total++;
      if (hour >= 22 || hour < 6) result.approvals.atNight++;
      add(result.approvals.byRule, decision.rule);
    }
  }
  return result;
}

async function readRows(client: pg.ClientBase, world: NaiveWorld, fromMs: number, toMs: number): Promise<Row[]> {
  const { rows } = await client.query(
    `SELECT id, at, decision, tool, definition_digest, agent_slug, grant_id, arguments_envelope,
            (SELECT o.at FROM audit_outcomes o WHERE o.event_id = e.id) AS ended_at,
            (SELECT o.outcome FROM audit_outcomes o WHERE o.event_id = e.id) AS ended
       FROM audit_events e WHERE server_id = $1 AND at >= $2 AND at < $3 ORDER BY at, seq`,
    [world.server.id, new Date(fromMs), new Date(toMs)],
  );
  return rows.map((row) => ({
    id: row.id,
    at: row.at.getTime(),
    decision: row.decision,
    tool: row.tool,
    digest: row.definition_digest,
    agent: row.agent_slug,
    grant: row.grant_id,
    args: world.open(row.id, row.arguments_envelope),
    endedAt: row.ended_at?.getTime() ?? null,
    ended: row.ended,
  }));
}

function used(charged: readonly { at: number; key: string; amount: number; backAt: number }[], charge: NaiveCharge, now: number): number {
  const length = LENGTHS[charge.window] ?? Number.NaN;
  const since = charge.align === 'sliding' ? now - length + 1 : Math.floor(now / length) * length;
  const key = keyOf(charge);
  return charged.reduce((sum, one) => (one.key === key && one.at >= since && one.backAt > now ? sum + one.amount : sum), 0);
}

const keyOf = (charge: NaiveCharge): string => `${charge.counter ?? charge.rule} ${charge.scopeKey}`;
const cents = (amount: number): number => Math.round(amount * 100);
const effect = (state: string): string => (state.startsWith('observed_') ? 'allowed' : state);

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
