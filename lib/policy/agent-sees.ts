import { slidingLengthMs, windowAt } from '@/lib/domain/counters/counter-window';
import { REASONS } from '@/lib/domain/reasons';
import { refusalKind, refusalSentence } from '@/lib/domain/refusal-words';
import type { TargetMethod } from '@/lib/domain/target-methods';
import type { AnyDecision } from './decide-request';

/** What comes back to the agent for a decided call, or to the server for what it asks. */
export interface AgentSees {
  /** `answer`: that of the other side; `result`: a tool result with `isError: true`; `error`: a JSON-RPC error. */
  readonly kind: 'answer' | 'result' | 'error';
  /** The exact text; '' for `answer`. */
  readonly text: string;
}

/** The gateway's answer to a call, or to the request `method`, made at `at` (epoch milliseconds), in the gateway's own words. */
export function agentSees(decision: AnyDecision, tool: string, at: number, method?: TargetMethod): AgentSees {
  if (decision.passes) return { kind: 'answer', text: '' };
  const { wire, words } = REASONS[decision.reason];
  if (method !== undefined) {
    const said = decision.message ?? words;
    if (method !== 'resources/read' && method !== 'prompts/get') return { kind: 'error', text: `Denied by policy: ${said}` };
    if (wire === 'unknown_tool')
      return { kind: 'error', text: method === 'prompts/get' ? `Unknown prompt: ${tool}` : 'Resource not found' };
    return { kind: 'error', text: said };
  }
  if (wire === 'unknown_tool') return { kind: 'error', text: `Unknown tool: ${tool}` };
  const said = decision.message ?? words;
  if (wire === 'invalid_params') return { kind: 'error', text: said };
  return { kind: 'result', text: refusalSentence(refusalKind(decision.reason), said, waitMs(decision, at)) };
}

/** A sliding window is told as full: without the times of earlier calls, that is the longest one can wait. */
function waitMs(decision: AnyDecision, at: number): number | null {
  const charge = decision.charges.find(({ rule }) => rule === decision.rule);
  if (decision.outcome !== 'limited' || charge === undefined) return null;
  return charge.align === 'sliding' ? slidingLengthMs(charge.window) : windowAt(charge.window, at).endMs - at;
}
