import type { Finding } from '@/lib/domain/risk';
import { parsePolicyText, plainValue } from '@/lib/policy/parse';
import { recommendedPolicy } from '@/lib/policy/templates/recommended-policy';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateServer } from '../locate';
import { catalogueTool } from '../tools/catalogue';
import type { recommendServerPolicy as contract } from './contract';

/** A policy to start from; nothing is saved. */
export async function recommendServerPolicy(
  ctx: ControlContext,
  { params }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, params.server);
  const rows = await ctx.prisma.tool.findMany({ where: { serverId: server.id, removedAt: null }, orderBy: { name: 'asc' } });
  const text = recommendedPolicy(
    rows.map(catalogueTool).map(({ dispatch, ...tool }) => (dispatch === null ? tool : { ...tool, dispatch })),
  );
  const { root } = parsePolicyText(text);
  const findings = rows.flatMap((row) => (row.findings as unknown as Finding[]).map((finding) => ({ tool: row.name, ...finding })));
  return { text, policy: root === null ? null : (plainValue(root) as AnswerOf<typeof contract>['policy']), findings };
}
