import { accessWords, toolAccess } from '@/lib/policy/explain/tool-access';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { elevationsOf } from '../elevations/current-elevation';
import { locateAgent } from '../locate';
import { compileText } from '../policies/compile-text';
import { catalogueOf } from '../tools/catalogue';
import { agentAnswer } from './agent-answer';
import type { getAgent as contract } from './contract';

type Reach = AnswerOf<typeof contract>['reach'];

/** The agent and what each of its grants lets it see now, computed by the engine itself. */
export async function getAgent(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const { id } = await locateAgent(ctx.prisma, params.agent);
  return { ...(await agentAnswer(ctx.prisma, ctx, id)), reach: await reachOf(ctx, id), gatewayUrl: ctx.services.gatewayUrl(null) };
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
  const elevations = await elevationsOf(
    ctx.prisma,
    grants.map(({ id }) => id),
    ctx.now,
  );
  const reach: Reach = [];
  for (const grant of grants) {
    const { status, ...server } = grant.server;
    const lasting = elevations.get(grant.id);
    const policy = lasting?.policy ?? grant.policy;
    const base = {
      grant: grant.id,
      label: grant.label,
      server,
      policy: policy?.slug ?? null,
      version: policy?.liveVersion ?? null,
      elevatedUntil: lasting?.untilAt?.toISOString() ?? null,
    };
    const nothing = (note: string) => ({ ...base, ...NOTHING, words: note, note });
    if (status !== 'active') reach.push(nothing('The server is disabled.'));
    else if (!policy) reach.push(nothing('The grant has no policy: everything is denied.'));
    else if (policy.liveVersion === null) reach.push(nothing('The policy was never published: everything is denied.'));
    else reach.push({ ...base, ...(await toolsOf(ctx, server.id, policy.id, policy.liveVersion)) });
  }
  return reach;
}

const NOTHING = { mode: null, listed: [], hidden: 0, callable: [], asks: [], limited: [] };

async function toolsOf(
  ctx: ControlContext,
  serverId: string,
  policyId: string,
  version: number,
): Promise<Pick<Reach[number], 'mode' | 'listed' | 'hidden' | 'callable' | 'asks' | 'limited' | 'words' | 'note'>> {
  const live = await ctx.prisma.policyVersion.findUniqueOrThrow({ where: { policyId_version: { policyId, version } } });
  const catalogue = await catalogueOf(ctx.prisma, serverId);
  const { compiled } = compileText(live.text, catalogue);
  if (compiled === null) {
    const note = 'The published policy no longer compiles: everything is denied.';
    return { ...NOTHING, hidden: catalogue.size, words: note, note };
  }
  const listed = [...catalogue.keys()].filter((tool) => !compiled.policy.hides(tool, catalogue));
  const access = toolAccess(compiled.document, catalogue);
  return {
    mode: compiled.policy.mode,
    listed,
    hidden: catalogue.size - listed.length,
    callable: [...access.callable],
    asks: [...access.asks],
    limited: [...access.limited],
    words: accessWords(access),
    note: catalogue.size === 0 ? 'The server has no tools.' : null,
  };
}
