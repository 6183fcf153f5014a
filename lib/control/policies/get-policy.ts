import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locatePolicy, locateServer } from '../locate';
import { catalogueOf } from '../tools/catalogue';
import { compileText } from './compile-text';
import type { getPolicy as contract } from './contract';
import { policyAnswer } from './policy-answer';
import { readDraft } from './read-draft';

/** The policy with both texts; problems are those of the draft, or of the live text against the tools of today. */
export async function getPolicy(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, params.server);
  const row = await locatePolicy(ctx.prisma, server.id, params.policy);
  const live =
    row.liveVersion === null
      ? null
      : await ctx.prisma.policyVersion.findUnique({ where: { policyId_version: { policyId: row.id, version: row.liveVersion } } });
  const text = row.draftText ?? live?.text;
  const problems = text === undefined ? [] : compileText(text, await catalogueOf(ctx.prisma, server.id)).problems;
  return {
    ...(await policyAnswer(ctx.prisma, ctx, row.id)),
    liveText: live?.text ?? null,
    draft: await readDraft(ctx.prisma, row),
    problems,
  };
}
