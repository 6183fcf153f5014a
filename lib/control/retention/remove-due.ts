import type { ControlContext } from '../context';
import { readMonths } from './read-months';

const HOUR_MS = 3_600_000;
/** A trail that does not hold is not recomputed each hour only to find the same. */
const TRAIL_RETRY_MS = 6 * HOUR_MS;

/** Removes the months that are due, oldest first, and keeps why any of them stayed. Gives the months that are gone. */
export async function removeDue(ctx: ControlContext): Promise<readonly string[]> {
  const setting = await ctx.prisma.auditRetention.findUniqueOrThrow({ where: { id: 1 } });
  if (setting.days === null || (setting.retryAt !== null && setting.retryAt > ctx.now)) return [];
  const due = (await readMonths(ctx.prisma, setting.days, ctx.now)).filter(({ state }) => state === 'due');
  if (due.length === 0) {
    await ctx.prisma.auditRetention.update({ where: { id: 1 }, data: { lookedAt: ctx.now, problem: null, retryAt: null } });
    return [];
  }
  const days = setting.days;
  const by = setting.changedBy ?? '';
  const { removed, problem, trailFailed } = await ctx.services.trail.removeMonths(
    due.map(({ month }) => ({ month, days, by })),
    ctx.signal,
  );
  const retryAt = problem === null ? null : new Date(ctx.now.getTime() + (trailFailed ? TRAIL_RETRY_MS : HOUR_MS));
  await ctx.prisma.auditRetention.updateMany({
    // Somebody may have set another retention meanwhile, which is to be looked at at once.
    where: { id: 1, days, changedAt: setting.changedAt },
    data: { lookedAt: ctx.now, problem, retryAt },
  });
  return removed;
}
