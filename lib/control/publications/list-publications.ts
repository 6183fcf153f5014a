import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listPublications as contract, getPublication as one } from './contract';
import { PUBLICATION_PARTS, publicationAnswer, readPublication } from './publication-answer';

/** Newest first. */
export async function listPublications(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const named = (reference: string) => ({ OR: [{ id: reference }, { slug: reference }] });
  const rows = await ctx.prisma.publication.findMany({
    where: {
      AND: [
        query.server ? { policy: { server: named(query.server) } } : {},
        query.policy ? { policy: named(query.policy) } : {},
        query.status ? { status: { in: query.status } } : {},
        after ? { id: { lt: after[0] as string } } : {},
      ],
    },
    include: PUBLICATION_PARTS,
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  return pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    rows.map((row) => publicationAnswer(ctx, row)),
  );
}

export async function getPublication(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  const answer = await readPublication(ctx.prisma, ctx, params.publication);
  const row = await ctx.prisma.publication.findUniqueOrThrow({ where: { id: answer.id } });
  const base =
    row.baseVersion === null
      ? null
      : await ctx.prisma.policyVersion.findUnique({ where: { policyId_version: { policyId: row.policyId, version: row.baseVersion } } });
  return { ...answer, text: row.text, baseText: base?.text ?? null };
}
