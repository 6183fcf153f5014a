import { mayRole } from '@/lib/domain/roles';
import { observedPolicy as policyFrom } from '@/lib/policy/simulate/observed-policy';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locateServer } from '../locate';
import { catalogueOf } from '../tools/catalogue';
import type { observedPolicy as contract } from './contract';

/** Reads the recorded calls aside from the gateway and makes a policy of what was allowed; nothing is saved. */
export async function observedPolicy(
  ctx: ControlContext,
  { params, query }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, params.server);
  const toMs = ctx.now.getTime();
  const range = { serverId: server.id, policyId: null, fromMs: toMs - query.days * 86_400_000, toMs, agentIds: null };
  let use: Awaited<ReturnType<typeof ctx.services.simulations.observe>>;
  try {
    use = await ctx.services.simulations.observe(range);
  } catch (error) {
    throw new ControlError(
      503,
      'observed_policy.unavailable',
      `The recorded calls could not be read: ${(error as Error).message}. Try again.`,
    );
  }
  const showsValues = ctx.actor.role !== null && mayRole(ctx.actor.role, 'payload.read');
  const { text, suggestions } = policyFrom(use, await catalogueOf(ctx.prisma, server.id), query.days, showsValues);
  return { text, calls: use.calls, suggestions: suggestions.map((one) => ({ ...one })) };
}
