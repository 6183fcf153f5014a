import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateServer } from '../locate';
import { assessText } from '../policies/assess-text';
import { catalogueOf } from '../tools/catalogue';
import type { checkPolicyFile as contract } from './contract';

/** Judges a text as publishing would, and keeps nothing of it. */
export async function checkPolicyFile(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, body.server);
  const live = body.policy === undefined ? null : await liveOf(ctx, server.id, body.policy);
  const catalogue = await catalogueOf(ctx.prisma, server.id);
  const { compiled, problems, tests, kind, loosening, sentences } = assessText(body.text, live?.text ?? null, {
    catalogue,
    server,
    now: ctx.now,
  });
  return {
    valid: compiled !== null,
    problems,
    tests: { passed: tests.filter((test) => test.passed).length, failed: tests.filter((test) => !test.passed).length, results: tests },
    live,
    change: { kind, loosening, sentences: sentences.map((sentence) => ({ ...sentence })) },
  };
}

async function liveOf(ctx: ControlContext, serverId: string, reference: string): Promise<{ version: number; text: string } | null> {
  const policy = await ctx.prisma.policy.findFirst({
    where: reference.startsWith('pol_') ? { id: reference, serverId } : { slug: reference, serverId },
    select: { id: true, liveVersion: true },
  });
  if (policy?.liveVersion == null) return null;
  return ctx.prisma.policyVersion.findUnique({
    where: { policyId_version: { policyId: policy.id, version: policy.liveVersion } },
    select: { version: true, text: true },
  });
}
