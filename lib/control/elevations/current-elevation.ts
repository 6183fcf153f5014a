import type { Prisma } from '@/lib/db/generated/client';
import type { Reader } from '../context';

/** An elevation that lasts: what the gateway decides by at this time. */
export const lasting = (now: Date) => ({ status: 'approved', untilAt: { gt: now } }) satisfies Prisma.GrantElevationWhereInput;

/** The elevations that last now, by the id of their grant. */
export async function elevationsOf(db: Reader, grantIds: readonly string[], now: Date) {
  const rows = await db.grantElevation.findMany({
    where: { ...lasting(now), grantId: { in: [...grantIds] } },
    include: { policy: { select: { id: true, slug: true, name: true, liveVersion: true } } },
    orderBy: { untilAt: 'asc' },
  });
  return new Map(rows.map((row) => [row.grantId, row]));
}

/** The policy that decides the calls of a grant at this time: that of an elevation, else the grant's own. */
export async function policyInForce(
  db: Reader,
  grant: { readonly id: string; readonly policyId: string | null },
  at: Date,
): Promise<string | null> {
  const lasting = (await elevationsOf(db, [grant.id], at)).get(grant.id);
  return lasting !== undefined && lasting.startsAt !== null && lasting.startsAt <= at ? lasting.policyId : grant.policyId;
}
