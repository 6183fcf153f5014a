import type { Category } from '@/lib/domain/risk';
import type { PolicyDocument } from '@/lib/policy/document';
import { ToolRules } from '@/lib/policy/tool-rules';
import type { ControlContext } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getPosture as contract } from './contract';

interface LivePolicy {
  readonly serverId: string;
  readonly server: string;
  readonly policy: string;
  readonly compiled: string;
}

/** Read from the published texts themselves, by the rules that the gateway resolves tools with. */
export async function getPosture(ctx: ControlContext): Promise<AnswerOf<typeof contract>> {
  const tools = await ctx.prisma.tool.findMany({
    where: { status: 'active', removedAt: null },
    select: { serverId: true, name: true, category: true, manualCategory: true },
  });
  const live = await ctx.prisma.$queryRaw<LivePolicy[]>`
    SELECT s.id AS "serverId", s.slug AS server, p.slug AS policy, v.compiled
      FROM policies p JOIN servers s ON s.id = p.server_id JOIN policy_versions v ON v.policy_id = p.id AND v.version = p.live_version
     ORDER BY s.slug, p.slug`;
  const policies = live.map((one) => {
    const document = JSON.parse(one.compiled) as PolicyDocument;
    return { ...one, document, rules: new ToolRules(document) };
  });
  const closed = tools.filter((tool) =>
    policies
      .filter(({ serverId }) => serverId === tool.serverId)
      .every(({ rules }) => {
        const plan = rules.resolve(tool.name, (tool.manualCategory ?? tool.category) as Category);
        return plan.origin === 'default' && plan.denial !== null && plan.enforced;
      }),
  );
  const named = (wanted: typeof policies) => wanted.map(({ server, policy }) => ({ server, policy }));
  const observing = policies.filter(({ document }) => document.mode === 'observe');
  return {
    tools: tools.length,
    deniedByDefault: closed.length,
    policies: policies.length,
    observing: named(observing),
    partlyObserving: named(policies.filter((one) => !observing.includes(one) && watchesInPart(one.document))),
  };
}

function watchesInPart({ tools, risk }: PolicyDocument): boolean {
  return [...Object.values(tools), ...Object.values(risk)].some((block) => block?.mode === 'observe');
}
