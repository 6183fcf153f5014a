import type { EventDecision, EventOutcome } from '@/lib/domain/audit-event';
import type { Reason } from '@/lib/domain/reasons';
import { type RequestFacts, toolOf } from './facts';
import type { GatewayPorts } from './ports';
import { traceFacts } from './trace';

/** How a request ended, for traces and the log of requests. */
export interface RequestEnd {
  readonly decision: EventDecision | null;
  readonly reason: Reason | null;
  /** Of a call that was forwarded. */
  readonly outcome: EventOutcome | null;
  readonly event: string | null;
  /** What the server answered with, or this gateway where nothing was forwarded. */
  readonly httpStatus: number | null;
  /** Why the request failed, in a word of a closed list; null for one that did not. */
  readonly failure: string | null;
}

/** Ends the spans of a request and, where requests are logged, writes its line. */
export function tellEnd(facts: RequestFacts, ports: Pick<GatewayPorts, 'log' | 'clock'>, end: RequestEnd): void {
  if (facts.span !== null) endSpans(facts, end);
  const { decision, reason, outcome, event, httpStatus } = end;
  ports.log.debug?.('request', {
    method: facts.message?.method || facts.request.method,
    server: facts.server?.slug,
    agent: facts.grant?.agent.slug,
    tool: toolOf(facts)?.slice(0, 200),
    decision,
    reason,
    outcome,
    event,
    httpStatus,
    ms: Math.round((ports.clock.monotonicMs() - facts.startedMs) * 10) / 10,
    ...traceFacts(facts),
  });
}

/** A fault of ours, which nobody foresaw. */
export function logFailure(facts: RequestFacts, ports: Pick<GatewayPorts, 'log' | 'clock'>, error: unknown): void {
  ports.log.error('the gateway failed', {
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    ...traceFacts(facts),
  });
  tellEnd(facts, ports, { decision: null, reason: null, outcome: null, event: null, httpStatus: 500, failure: 'internal' });
}

function endSpans(facts: RequestFacts, end: RequestEnd): void {
  const attributes: Record<string, string | number> = {};
  if (end.decision !== null) attributes['callgate.decision'] = end.decision;
  if (end.reason !== null) attributes['callgate.reason'] = end.reason;
  if (end.outcome !== null) attributes['callgate.outcome'] = end.outcome;
  if (end.event !== null) attributes['callgate.event.id'] = end.event;
  facts.span?.set(attributes);
  if (end.httpStatus !== null) (facts.hop ?? facts.span)?.set({ 'http.response.status_code': end.httpStatus });
  facts.hop?.end(end.failure);
  facts.span?.end(end.failure);
}
