import type { EventDecision, EventOutcome } from '@/lib/domain/audit-event';
import type { TraceStep } from '@/lib/domain/decision';
import type { Reason } from '@/lib/domain/reasons';
import type { JsonObject } from '@/lib/kernel/json';
import type { SeededTool } from './seed-organisation';

export interface SeededVerdict {
  readonly decision: EventDecision;
  readonly reason: Reason;
  readonly rule: string;
  readonly message: string | null;
}

const ALLOWED = (rule: string): SeededVerdict => ({ decision: 'allowed', reason: 'policy.allowed', rule, message: null });
const UNAVAILABLE: SeededVerdict = {
  decision: 'unavailable',
  reason: 'upstream.unavailable',
  rule: '(gateway)',
  message: 'The server cannot be reached.',
};
const LIMITED = (rule: string, message: string): SeededVerdict => ({ decision: 'limited', reason: 'limit.exhausted', rule, message });

/** What the policy of the seeded organisation says, in about the shares that a working organisation sees. */
export function verdictOf(tool: SeededTool, draw: number, stormy: boolean): SeededVerdict {
  const { category, definition } = tool;
  if (draw > 0.9994) return UNAVAILABLE;
  if (definition.name.startsWith('purge_')) return { decision: 'hidden', reason: 'policy.hidden', rule: '/hide/0', message: null };
  if (definition.name === 'export_customer')
    return {
      decision: 'denied',
      reason: 'policy.action_deny',
      rule: '/tools/export_customer/action',
      message: 'Customer data does not leave.',
    };
  if (category === 'destructive')
    return { decision: 'denied', reason: 'policy.risk_deny', rule: '/risk/destructive/action', message: 'Nothing is deleted by agents.' };
  if (stormy && draw < 0.55) return LIMITED('/all_tools/limits/0', 'More than 120 calls in a minute.');
  if (category === 'financial') {
    if (draw < 0.03)
      return {
        decision: 'denied',
        reason: 'argument.denied',
        rule: '/risk/financial/deny_if/0',
        message: 'Amounts above 5,000 are made by hand.',
      };
    if (draw < 0.09)
      return {
        decision: 'needs_approval',
        reason: 'approval.needed',
        rule: '/risk/financial/approval',
        message: 'Amounts above 2,000 need a person.',
      };
    if (draw < 0.11) return LIMITED('/risk/financial/limits/0', 'The daily spend of 6,000 is used up.');
    if (draw < 0.14) return { decision: 'allowed', reason: 'approval.granted', rule: '/risk/financial/approval', message: null };
    return ALLOWED('/risk/financial');
  }
  if (definition.name.startsWith('send_') && draw < 0.05)
    return { decision: 'denied', reason: 'argument.required', rule: '/tools/send_*/require/0', message: 'Only to our own people.' };
  if (category === 'write')
    return draw < 0.012 ? LIMITED('/risk/write/limits/0', 'More than 400 changes in an hour.') : ALLOWED('/risk/write');
  return ALLOWED('/risk/read');
}

/** Arguments for which the policy gives this verdict: an amount that it lets pass stays below what it asks people about. */
export function fittingArguments(args: JsonObject, { rule, decision }: SeededVerdict, random: () => number): JsonObject {
  const cents = (from: number, to: number): number => Math.round((from + random() ** 2 * (to - from)) * 100) / 100;
  if (rule === '/tools/send_*/require/0') return { ...args, to: `person${Math.floor(random() * 400)}@elsewhere.example` };
  if (typeof args.to === 'string' && decision === 'allowed') return { ...args, to: args.to.replace('elsewhere.example', 'example.com') };
  if (typeof args.amount !== 'number') return args;
  if (rule === '/risk/financial/deny_if/0') return { ...args, amount: cents(5_000.01, 20_000) };
  if (rule === '/risk/financial/approval') return { ...args, amount: cents(2_000.01, 5_000) };
  return { ...args, amount: cents(0.5, 2_000) };
}

export function outcomeOf(draw: number, failing: boolean): EventOutcome {
  if (failing && draw < 0.8) return 'upstream_error';
  if (draw < 0.955) return 'ok';
  if (draw < 0.985) return 'tool_error';
  if (draw < 0.9965) return 'upstream_error';
  return draw < 0.9992 ? 'cancelled' : 'unknown';
}

/** The steps that led to a verdict, as the engine writes them. */
export function traceOf({ decision, rule }: SeededVerdict, tool: string): TraceStep[] {
  const step = (stage: TraceStep['stage'], at: string, result: TraceStep['result'], decided?: true): TraceStep => ({
    stage,
    rule: at,
    tool,
    result,
    ...(decided ? { decided } : {}),
  });
  if (decision === 'hidden') return [step('visibility', '/hide/0', 'fail', true)];
  const first = step('visibility', '/hide/0', 'pass');
  if (rule.includes('/limits/')) return [first, step('limit', rule, decision === 'limited' ? 'fail' : 'pass', true)];
  return [first, step('limit', '/all_tools/limits/0', 'pass'), step(stageOf(rule), rule, decision === 'allowed' ? 'pass' : 'fail', true)];
}

function stageOf(rule: string): TraceStep['stage'] {
  if (rule.includes('/deny_if/')) return 'deny_if';
  if (rule.includes('/require/')) return 'require';
  return rule.includes('/approval') ? 'approval' : 'action';
}
