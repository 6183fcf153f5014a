import type { CallFacts, Catalogue } from '@/lib/domain/decision';
import type { CompiledPolicy } from './compiled-policy';
import { type AnyDecision, decideRequest, targetFacts } from './decide-request';
import { applyCounters } from './decide-with-counters';
import { withDeclaredArguments } from './declared-arguments';
import type { PolicyTest } from './document';

/** A call, or another request, as tests and Try describe it; what is left out is plain. */
export type TriedCall = Omit<PolicyTest, 'name' | 'expect'>;

export interface Trial {
  readonly call: CallFacts;
  readonly decision: AnyDecision;
  /** What the counter of a charge (by `Charge.key`) is said to have used. */
  readonly used: ReadonlyMap<string, number>;
}

/** Decides a call as the gateway would, with counters as they are told; nothing is charged. `now` is the time of a call that names none. */
export function tryCall(
  policy: CompiledPolicy,
  tried: TriedCall,
  catalogue: Catalogue,
  server: { readonly id: string; readonly slug: string },
  now: number,
): Trial {
  const { method } = tried;
  const described = callFacts(tried, server, now);
  const call = method === undefined ? described : targetFacts(method, described);
  const decided: AnyDecision =
    method === undefined
      ? withDeclaredArguments(policy.decide(call, catalogue), call.args, catalogue.get(tried.tool))
      : decideRequest(policy, method, call);
  const used = new Map(
    decided.charges.map((charge) => [charge.key, tried.counters[charge.rule] ?? tried.counters[charge.counter] ?? 0] as const),
  );
  return { call, decision: applyCounters(decided, (key) => used.get(key)), used };
}

function callFacts({ agent, grant, ...tried }: TriedCall, server: { readonly id: string; readonly slug: string }, now: number): CallFacts {
  const slug = agent?.slug ?? 'test';
  return {
    tool: tried.tool,
    args: tried.arguments,
    at: tried.at ?? now,
    server,
    agent: {
      id: `test:${slug}`,
      slug,
      name: agent?.name ?? slug,
      owner: agent?.owner ?? 'owner@example.com',
      environment: agent?.environment ?? null,
      labels: agent?.labels ?? {},
    },
    grant: { id: 'test', scopes: grant?.scopes ?? [], purpose: grant?.purpose ?? null },
    client: tried.client,
    session: null,
  };
}
