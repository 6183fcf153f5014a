import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { CHANGE_FACETS, type getChangeFacets as contract } from './contract';
import { changeFilter } from './list-changes';

const COLUMNS = { actor: 'actorName', entity: 'entity', action: 'action' } as const;
const VALUES_MAX = 50;

/** People change things thousands of times, not millions: these are counted when they are asked for. */
export async function getChangeFacets(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const [total, ...facets] = await Promise.all([
    ctx.prisma.adminChange.count({ where: { AND: changeFilter(ctx, query) } }),
    ...CHANGE_FACETS.map(async (name) => {
      const column = COLUMNS[name];
      const found = await ctx.prisma.adminChange.groupBy({
        by: [column],
        where: { AND: changeFilter(ctx, { ...query, [name]: undefined }) },
        _count: { id: true },
        orderBy: { _count: { id: 'desc' } },
        take: VALUES_MAX,
      });
      return { name, values: found.map((row) => ({ value: row[column], changes: row._count.id })) };
    }),
  ]);
  return { total, facets };
}
