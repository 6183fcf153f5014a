import type { Finding } from '@/lib/domain/anomaly/finding';
import { closeQuietAlerts, type RaiseContext, type Raised, raiseFinding } from './raise-finding';
import { readSettings } from './settings-of';
import { findDeviations, findStorms } from './watch-traffic';

/** Advisory lock: one node of all looks. */
const LOCK = 4_207_760_200;

/**
 * One look at the numbers of calls at `ctx.now`: what is found is raised, what is over is closed. `whole` also compares with
 * the days before, which is worth doing once a minute. Nothing when another node is at it.
 */
export async function watchRound(ctx: RaiseContext, whole: boolean): Promise<readonly Raised[]> {
  const findings = await look(ctx, whole);
  if (findings === null) return [];
  const raised: Raised[] = [];
  for (const finding of findings) {
    const one = await raiseFinding(ctx, finding);
    if (one !== null) raised.push(one);
  }
  await closeQuietAlerts(ctx);
  return raised;
}

async function look({ prisma, now }: RaiseContext, whole: boolean): Promise<Finding[] | null> {
  return prisma.$transaction(
    async (tx) => {
      const [lock] = await tx.$queryRawUnsafe<{ mine: boolean }[]>(`SELECT pg_try_advisory_xact_lock(${LOCK}) AS mine`);
      if (!lock?.mine) return null;
      await tx.$executeRawUnsafe('SET LOCAL jit = off');
      const view = { db: tx, nowMs: now.getTime(), settings: await readSettings(tx) };
      const storms = await findStorms(view);
      return whole ? [...storms, ...(await findDeviations(view))] : storms;
    },
    { maxWait: 5_000, timeout: 60_000 },
  );
}
