import { slidingLengthMs, windowAt } from '@/lib/domain/counters/counter-window';
import type { Decision } from '@/lib/domain/decision';
import { REASONS } from '@/lib/domain/reasons';
import { refusalKind, refusalSentence } from '@/lib/domain/refusal-words';

/** What comes back to the agent for a decided call. */
export interface AgentSees {
  /** `answer`: the tool's own; `result`: a tool result with `isError: true`; `error`: a JSON-RPC error. */
  readonly kind: 'answer' | 'result' | 'error';
  /** The exact text; '' for `answer`. */
  readonly text: string;
}

/** The gateway's answer to a call made at `at` (epoch milliseconds), in the gateway's own words. */
export function agentSees(decision: Decision, tool: string, at: number): AgentSees {
  if (decision.passes) return { kind: 'answer', text: '' };
  const { wire, words } = REASONS[decision.reason];
  if (wire === 'unknown_tool') return { kind: 'error', text: `Unknown tool: ${tool}` };
  const said = decision.message ?? words;
  if (wire === 'invalid_params') return { kind: 'error', text: said };
  return { kind: 'result', text: refusalSentence(refusalKind(decision.reason), said, waitMs(decision, at)) };
}

/** A sliding window is told as full: without the times of earlier calls, that is the longest one can wait. */
function waitMs(decision: Decision, at: number): number | null {
  const charge = decision.charges.find(({ rule }) => rule === decision.rule);
  if (decision.outcome !== 'limited' || charge === undefined) return null;
  return charge.align === 'sliding' ? slidingLengthMs(charge.window) : windowAt(charge.window, at).endMs - at;
}
