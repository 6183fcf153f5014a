import type { GatewayLog } from '@/lib/gateway/ports';
import type { BatchRows } from './batch-commit';

/** What a live page needs of a row that was just committed; no arguments, no trace. */
export type CommittedEvent =
  | {
      readonly kind: 'event';
      readonly id: string;
      readonly at: string;
      readonly method: string;
      readonly decision: string;
      readonly reason: string;
      readonly rule: string;
      readonly server: string | null;
      readonly agent: string | null;
      readonly grant: string | null;
      readonly policy: string | null;
      readonly tool: string | null;
      readonly innerTool: string | null;
      readonly category: string | null;
      readonly risk: string | null;
    }
  | {
      readonly kind: 'outcome';
      readonly id: string;
      readonly at: string;
      readonly outcome: string;
      readonly upstreamMs: number | null;
      readonly gatewayMs: number | null;
    };

/** Summaries of a committed batch, events first. */
export function committedEvents(rows: BatchRows): CommittedEvent[] {
  const events = rows.calls.map(
    ({ content }): CommittedEvent => ({
      kind: 'event',
      id: content.id,
      at: content.at,
      method: content.method,
      decision: content.decision,
      reason: content.reason,
      rule: content.rule,
      server: content.server_slug,
      agent: content.agent_slug,
      grant: content.grant_id,
      policy: content.policy_slug,
      tool: content.tool,
      innerTool: content.inner_tool,
      category: content.category,
      risk: content.risk,
    }),
  );
  const outcomes = rows.settled.map(
    (row): CommittedEvent => ({
      kind: 'outcome',
      id: row.event_id,
      at: row.at,
      outcome: row.outcome,
      upstreamMs: row.upstream_ms,
      gatewayMs: row.gateway_ms,
    }),
  );
  return [...events, ...outcomes];
}

/** Calls every listener; one that throws is logged and keeps nothing from the others. */
export function tellAll(listeners: Iterable<(events: CommittedEvent[]) => void>, events: CommittedEvent[], log: GatewayLog): void {
  for (const listener of listeners) {
    try {
      listener(events);
    } catch (error) {
      log.error('a listener of the ledger failed', { error: (error as Error).message });
    }
  }
}
