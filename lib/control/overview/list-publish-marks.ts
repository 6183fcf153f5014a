import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { listPublishMarks as contract } from './contract';
import { overviewRange } from './range';

const MARKS_MAX = 200;

/** Policy versions published in a time. */
export async function listPublishMarks(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const { from, to } = overviewRange(ctx, query);
  const rows = await ctx.prisma.policyVersion.findMany({
    where: {
      publishedAt: { gte: from, lt: to },
      ...(query.server ? { policy: { server: { OR: [{ slug: { in: query.server } }, { id: { in: query.server } }] } } } : {}),
    },
    select: {
      ...{ version: true, publishedAt: true, publishedBy: true, comment: true, restoredFrom: true },
      policy: { select: { slug: true, server: { select: { slug: true } } } },
    },
    orderBy: { publishedAt: 'desc' },
    take: MARKS_MAX,
  });
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    items: rows.map((row) => ({
      at: row.publishedAt.toISOString(),
      server: row.policy.server.slug,
      policy: row.policy.slug,
      version: row.version,
      by: row.publishedBy,
      comment: row.comment,
      restoredFrom: row.restoredFrom,
    })),
  };
}
