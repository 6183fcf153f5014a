import type { ControlContext } from '../context';

/** Longer than any attempt takes; after it, what a dead process had claimed is due again. */
const LEASE_SECONDS = 40;
const KEPT_DAYS = 30;

export interface ClaimedDelivery {
  readonly id: string;
  /** This attempt, from 1; whoever claims after the lease has another one, so a late result is told apart. */
  readonly attempt: number;
  /** By the database's clock. */
  readonly now: Date;
}

/**
 * Takes up to `most` deliveries that are due by the database's clock; what was not tried yet goes before what failed already. Rows that another node is at are left to it, and the
 * lease is part of the claim, so each attempt is made by one node; one that dies in between lets it be made again.
 */
export async function claimDueDeliveries(ctx: Pick<ControlContext, 'prisma'>, most: number): Promise<ClaimedDelivery[]> {
  return ctx.prisma.$queryRaw<ClaimedDelivery[]>`
    UPDATE notification_deliveries SET status = 'sending', attempts = attempts + 1, last_attempt_at = clock_timestamp(),
      due_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}::int)
    WHERE id IN (
      SELECT id FROM notification_deliveries WHERE status IN ('waiting', 'sending') AND due_at <= clock_timestamp()
      ORDER BY attempts, due_at, id LIMIT ${most}::int FOR UPDATE SKIP LOCKED)
    RETURNING id, attempts AS attempt, clock_timestamp() AS now`;
}

/** The log is not an audit trail: what is over is kept for a month. */
export async function forgetOldDeliveries(ctx: Pick<ControlContext, 'prisma'>): Promise<number> {
  return ctx.prisma.$executeRaw`
    DELETE FROM notification_deliveries WHERE finished_at < clock_timestamp() - make_interval(days => ${KEPT_DAYS}::int)`;
}
