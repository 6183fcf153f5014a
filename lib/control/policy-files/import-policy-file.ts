import { importPolicy } from '@/lib/policy/import/import-policy';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateServer } from '../locate';
import { catalogueOf } from '../tools/catalogue';
import type { importPolicyFile as contract } from './contract';

export async function importPolicyFile(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const catalogue = body.server === undefined ? null : await catalogueOf(ctx.prisma, (await locateServer(ctx.prisma, body.server)).id);
  const { problems, report, ...imported } = importPolicy(body.text, body.format, catalogue);
  return {
    ...imported,
    report: report.map((row) => ({ ...row })),
    valid: !problems.some((problem) => problem.severity === 'error'),
    problems: problems.map(({ fixes: _fixes, ...problem }) => problem),
  };
}
