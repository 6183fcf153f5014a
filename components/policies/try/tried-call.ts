import { factsOfTarget } from '@/lib/domain/target-methods';
import type { JsonObject } from '@/lib/kernel/json';
import type { ExpectedOutcome, PolicyTest } from '@/lib/policy/document';
import type { TriedCall } from '@/lib/policy/try-call';

export const NO_CALL: TriedCall = { tool: '', arguments: {}, agent: null, grant: null, client: null, at: null, counters: {} };

/** What is tried, and where it came from. */
export interface TriedState {
  readonly call: TriedCall;
  /** What a recorded call does not tell, e.g. redacted arguments. */
  readonly notes: readonly string[];
  /** Name of the test that was opened, which can then be changed. */
  readonly test?: string;
}

/** The call of a test, to be tried by hand. */
export function callOfTest({ name: _, expect: __, ...call }: PolicyTest): TriedCall {
  return call;
}

/** A test as it is written into the policy: nothing that is plain anyway. */
export function testJson(
  name: string,
  call: TriedCall,
  outcome: ExpectedOutcome,
  rule: string | null,
  message: string | null = null,
): JsonObject {
  const { agent, grant } = call;
  return {
    name,
    ...subjectOf(call),
    ...(Object.keys(call.arguments).length === 0 ? null : { arguments: call.arguments }),
    ...(agent === null
      ? null
      : {
          agent: {
            ...(agent.slug === null ? null : { slug: agent.slug }),
            ...(agent.name === null ? null : { name: agent.name }),
            ...(agent.owner === null ? null : { owner: agent.owner }),
            ...(agent.environment === null ? null : { environment: agent.environment }),
            ...(Object.keys(agent.labels).length === 0 ? null : { labels: agent.labels }),
          },
        }),
    ...(grant === null
      ? null
      : {
          grant: {
            ...(grant.scopes.length === 0 ? null : { scopes: grant.scopes }),
            ...(grant.purpose === null ? null : { purpose: grant.purpose }),
          },
        }),
    ...(call.client === null ? null : { client: { ...call.client } }),
    ...(call.at === null ? null : { at: new Date(call.at).toISOString() }),
    ...(Object.keys(call.counters).length === 0 ? null : { counters: { ...call.counters } }),
    expect:
      rule === null && message === null
        ? outcome
        : { outcome, ...(rule === null ? null : { rule }), ...(message === null ? null : { message }) },
  };
}

/** What names the request: a tool alone, a method with its target, or a method that says it all. */
function subjectOf({ method, tool }: TriedCall): JsonObject {
  if (method === undefined) return { tool };
  return factsOfTarget(method).ask === null ? { method, target: tool } : { method };
}

const OUTCOME_WORDS: Record<string, string> = {
  allowed: 'is allowed',
  needs_approval: 'asks a person',
  limited: 'is limited',
  denied: 'is denied',
  hidden: 'is hidden',
};

/** A name that no other test has: `create_refund is denied`, then with a number. */
export function testName(call: TriedCall, outcome: ExpectedOutcome, taken: readonly string[]): string {
  const [argument] = Object.entries(call.arguments).filter(([, value]) => typeof value === 'number' || typeof value === 'string');
  const detail = argument === undefined ? '' : ` with ${argument[0]} ${String(argument[1]).slice(0, 40)}`;
  const words = OUTCOME_WORDS[outcome.replace('observed_', '')] ?? outcome;
  const start = `${call.tool}${detail} ${words}${outcome.startsWith('observed_') ? ' (observed only)' : ''}`.slice(0, 180);
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? start : `${start} (${n})`;
    if (!taken.includes(name)) return name;
  }
}
