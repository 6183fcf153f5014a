import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateAgent } from '../locate';
import { compileText } from '../policies/compile-text';
import { catalogueOf } from '../tools/catalogue';
import { agentAnswer } from './agent-answer';
import type { getAgent as contract } from './contract';

type Reach = AnswerOf<typeof contract>['reach'];

/** The agent and what each of its grants lets it see now, computed by the engine itself. */
export async function getAgent(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const { id } = await locateAgent(ctx.prisma, params.agent);
  return { ...(await agentAnswer(ctx.prisma, ctx, id)), reach: await reachOf(ctx, id) };
}

async function reachOf(ctx: ControlContext, agentId: string): Promise<Reach> {
  const grants = await ctx.prisma.grant.findMany({
    where: { agentId, status: 'active', OR: [{ expiresAt: null }, { expiresAt: { gt: ctx.now } }] },
    include: {
      server: { select: { id: true, slug: true, name: true, status: true } },
      policy: { select: { id: true, slug: true, liveVersion: true } },
    },
    orderBy: { id: 'asc' },
  });
  const reach: Reach = [];
  for (const grant of grants) {
    const { status, ...server } = grant.server;
    const base = {
      grant: grant.id,
      label: grant.label,
      server,
      policy: grant.policy?.slug ?? null,
      version: grant.policy?.liveVersion ?? null,
    };
    const empty = { ...base, mode: null, listed: [], hidden: 0 };
    if (status !== 'active') reach.push({ ...empty, note: 'The server is disabled.' });
    else if (!grant.policy) reach.push({ ...empty, note: 'The grant has no policy: everything is denied.' });
    else if (grant.policy.liveVersion === null) reach.push({ ...empty, note: 'The policy was never published: everything is denied.' });
    else reach.push({ ...base, ...(await visibleTools(ctx, server.id, grant.policy.id, grant.policy.liveVersion)) });
  }
  return reach;
}

async function visibleTools(
  ctx: ControlContext,
  serverId: string,
  policyId: string,
  version: number,
): Promise<Pick<Reach[number], 'mode' | 'listed' | 'hidden' | 'note'>> {
  const live = await ctx.prisma.policyVersion.findUniqueOrThrow({ where: { policyId_version: { policyId, version } } });
  const catalogue = await catalogueOf(ctx.prisma, serverId);
  const { compiled } = compileText(live.text, catalogue);
  if (compiled === null)
    return { mode: null, listed: [], hidden: catalogue.size, note: 'The published policy no longer compiles: everything is denied.' };
  const listed = [...catalogue.keys()].filter((tool) => !compiled.policy.hides(tool, catalogue));
  return {
    mode: compiled.policy.mode,
    listed,
    hidden: catalogue.size - listed.length,
    note: catalogue.size === 0 ? 'The server has no tools.' : null,
  };
}
