import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import type { listKillSwitches as contract } from './contract';
import { killSwitchAnswer } from './kill-switch-answer';

export async function listKillSwitches(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const engaged = await ctx.prisma.killSwitch.findMany({ where: { liftedAt: null }, orderBy: { id: 'desc' } });
  const rows = await ctx.prisma.killSwitch.findMany({
    where: after ? { id: { lt: after[0] as string } } : {},
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  return { ...pageOf(rows, query.limit, (row) => [row.id], rows.map(killSwitchAnswer)), engaged: engaged.map(killSwitchAnswer) };
}
