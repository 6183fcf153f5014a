import type { z } from 'zod';
import { forecast, paceSpanMs } from '@/lib/domain/counters/forecast';
import type { limitSchema, RaiseAnswer } from './contract';
import type { LimitUse } from './limit-use';

export type LimitAnswer = z.output<typeof limitSchema>;

/** A counter as `LIMITS` selects it. */
export interface LimitRecord {
  readonly key: string;
  readonly policy_id: string;
  readonly server: string | null;
  readonly policy: string;
  readonly rule: string;
  readonly tool: string | null;
  readonly counter: string;
  readonly window: string;
  readonly scope: string;
  readonly scope_key: string;
  readonly scope_name: string | null;
  readonly agent: { id: string; slug: string; name: string } | null;
  readonly used: number;
  readonly max: number;
  readonly rule_max: number;
  readonly raise: RaiseRecord | null;
  readonly share: number;
  readonly log: [number, number][] | null;
  readonly length_ms: number;
  readonly window_start: Date;
  readonly window_end: Date;
  readonly updated_at: Date;
  readonly grouped: string;
  readonly now: Date;
}

/** Times are ISO texts where it comes out of JSON. */
export interface RaiseRecord {
  readonly id: string;
  readonly rule: string;
  readonly max_from: number;
  readonly max_to: number;
  readonly reason: string;
  readonly created_at: string | Date;
  readonly created_by: string;
  readonly expires_at: string | Date;
  readonly ended_at: string | Date | null;
  readonly ended_by: string | null;
  readonly end_cause: string | null;
}

/**
 * Counters whose window runs, as rows of `l`. What has slid out of a sliding limit since the last call is not counted;
 * a raise holds when the clock, the rule and its maximum say so, as in the admission.
 */
export const LIMITS = `
  SELECT l.*, CASE WHEN l.max > 0 THEN l.used / l.max ELSE 1 END AS share FROM (
    SELECT c.key, s.slug AS server, coalesce(p.slug, c.policy_id) AS policy, c.policy_id, c.rule, c.counter, c."window", c.scope, c.scope_key, c.log,
           CASE WHEN c.rule LIKE '/tools/%' THEN replace(replace(split_part(c.rule, '/', 3), '~1', '/'), '~0', '~') END AS tool,
           CASE c.scope
             WHEN 'grant' THEN (SELECT concat_ws(' · ', a.slug, g.label) FROM grants g JOIN agents a ON a.id = g.agent_id WHERE g.id = c.scope_key)
             WHEN 'agent' THEN who.slug
             WHEN 'server' THEN s.slug
             WHEN 'policy' THEN p.slug
             WHEN 'owner' THEN c.scope_key
           END AS scope_name,
           CASE WHEN who.id IS NOT NULL THEN json_build_object('id', who.id, 'slug', who.slug, 'name', who.name) END AS agent,
           CASE WHEN c.log IS NULL THEN c.used ELSE (
             SELECT coalesce(sum((e ->> 1)::float8), 0) FROM jsonb_array_elements(c.log) e WHERE (e ->> 0)::float8 > t.now_ms - w.length_ms) END AS used,
           CASE WHEN r.id IS NULL THEN c.max ELSE r.max_to END AS max, c.max AS rule_max, to_jsonb(r) AS raise, w.length_ms,
           c.window_start, c.window_end, c.updated_at, who.slug AS agent_slug, t.now
      FROM counters c
      CROSS JOIN (SELECT clock_timestamp() AS now, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms) t
      -- A sliding row reaches one length back from its last call and one ahead.
      CROSS JOIN LATERAL (SELECT (extract(epoch FROM c.window_end - c.window_start) * 1000 / CASE WHEN c.log IS NULL THEN 1 ELSE 2 END)::float8 AS length_ms) w
      LEFT JOIN policies p ON p.id = c.policy_id LEFT JOIN servers s ON s.id = p.server_id
      LEFT JOIN agents who ON who.id = CASE c.scope
        WHEN 'agent' THEN c.scope_key WHEN 'grant' THEN (SELECT g.agent_id FROM grants g WHERE g.id = c.scope_key) END
      LEFT JOIN limit_raises r ON r.id = c.raise ->> 'id' AND r.ended_at IS NULL AND r.expires_at > t.now AND r.rule = c.rule AND r.max_from = c.max
     -- Not the counters of identical calls, which no policy has written.
     WHERE c.window_end > t.now AND c.rule <> '(loop)') l`;

export function limitAnswer(row: LimitRecord, use: LimitUse): LimitAnswer {
  const nowMs = row.now.getTime();
  const spanMs = paceSpanMs(row.length_ms);
  const counted = spanMs === 60_000 ? use.lastMinute : use.lastFiveMinutes;
  const ahead = forecast({
    used: row.used,
    max: row.max,
    pace: counted.amount / counted.spanMs,
    nowMs,
    // One length from now, what is counted from now on begins to slide out.
    resetsAtMs: row.log === null ? row.window_end.getTime() : nowMs + row.length_ms,
    leaves: row.log?.map(([at, amount]) => [at + row.length_ms, amount] as const).filter(([at]) => at > nowMs) ?? null,
  });
  return {
    key: row.key,
    server: row.server,
    policy: row.policy,
    rule: row.rule,
    tool: row.tool,
    counter: row.counter,
    window: row.window,
    align: row.log === null ? 'calendar' : 'sliding',
    scope: row.scope,
    scopeKey: row.scope_key,
    scopeName: row.scope_name,
    agent: row.agent,
    used: row.used,
    max: row.max,
    ruleMax: row.rule_max,
    raise: row.raise === null ? null : raiseAnswer(row.raise),
    share: row.share,
    windowStart: row.window_start.toISOString(),
    resetsAt: row.window_end.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    forecast: {
      kind: ahead.kind,
      at: ahead.kind === 'full_at' ? new Date(ahead.atMs).toISOString() : null,
      paceMinutes: spanMs / 60_000,
    },
    busiest: row.agent === null && row.scope !== 'session' ? use.agents.slice(0, 3).map((one) => ({ ...one })) : [],
    peak7d: Math.max(use.peak7d, row.used),
    refused24h: use.refused24h,
  };
}

export function raiseAnswer(row: RaiseRecord): RaiseAnswer {
  const time = (at: string | Date) => new Date(at).toISOString();
  return {
    id: row.id,
    rule: row.rule,
    from: row.max_from,
    to: row.max_to,
    until: time(row.expires_at),
    by: row.created_by,
    at: time(row.created_at),
    reason: row.reason,
    endedAt: row.ended_at === null ? null : time(row.ended_at),
    endedBy: row.ended_by,
    endCause: row.end_cause as RaiseAnswer['endCause'],
  };
}
