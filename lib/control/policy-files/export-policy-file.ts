import { exportPolicy } from '@/lib/policy/export/export-policy';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locatePolicy, locateServer } from '../locate';
import { catalogueOf } from '../tools/catalogue';
import type { exportPolicyFile as contract } from './contract';

/** The draft, the live text or an old version in the form that is asked for; reads only. */
export async function exportPolicyFile(
  ctx: ControlContext,
  { params, query }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, params.server);
  const policy = await locatePolicy(ctx.prisma, server.id, params.policy);
  const wanted = query.version ?? (policy.draftText === null ? 'live' : 'draft');
  const chosen = wanted === 'draft' ? { version: 'draft' as const, text: policy.draftText } : await published(ctx, policy, wanted);
  if (chosen.text === null)
    throw new ControlError(404, 'policy.no_draft', `The policy \`${policy.slug}\` has no draft. Ask for \`version=live\` or a number.`);
  const title = `${policy.name} (${server.slug}/${policy.slug}, ${chosen.version === 'draft' ? 'draft' : `version ${chosen.version}`})`;
  const exported = exportPolicy(chosen.text, query.format, { title, catalogue: await catalogueOf(ctx.prisma, server.id) });
  if (!exported.ok) {
    const problems = exported.error.filter((problem) => problem.severity === 'error');
    throw new ControlError(
      422,
      'policy.invalid',
      `This text cannot be written as ${query.format}: ${problems.length === 1 ? '1 error' : `${problems.length} errors`} in it. Export it as \`jsonc\`, or mend it first.`,
      problems.map(({ path, message, line, column }) => ({ path, message, line, column })),
    );
  }
  const { text, contentType, extension } = exported.value;
  const suffix = chosen.version === 'draft' ? 'draft' : `v${chosen.version}`;
  return { filename: `${server.slug}-${policy.slug}-${suffix}.${extension}`, contentType, version: chosen.version, text };
}

async function published(
  ctx: ControlContext,
  policy: { readonly id: string; readonly slug: string; readonly liveVersion: number | null },
  wanted: string,
): Promise<{ version: number; text: string }> {
  const version = wanted === 'live' ? policy.liveVersion : Number(wanted);
  const row =
    version === null
      ? null
      : await ctx.prisma.policyVersion.findUnique({
          where: { policyId_version: { policyId: policy.id, version } },
          select: { text: true },
        });
  if (row === null || version === null) {
    const message =
      wanted === 'live'
        ? `The policy \`${policy.slug}\` has not been published. Ask for \`version=draft\`.`
        : `The policy has no version \`${wanted}\`.`;
    throw new ControlError(404, 'policy_version.not_found', message);
  }
  return { version, text: row.text };
}
