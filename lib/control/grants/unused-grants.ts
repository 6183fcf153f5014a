import type { Prisma } from '@/lib/db/generated/client';
import { daysFrom, NEVER_USED_AFTER_DAYS, UNUSED_AFTER_DAYS } from '@/lib/domain/life-cycle';

/** The states of grants as filters of the database, the same as `stateOf` and `unusedAt` say of one row. */

export const unexpiredGrants = (now: Date): Prisma.GrantWhereInput => ({
  status: 'active',
  OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
});

export const activeGrants = (now: Date): Prisma.GrantWhereInput => ({
  AND: [unexpiredGrants(now), { OR: [{ notBefore: null }, { notBefore: { lte: now } }] }],
});

export function unusedGrants(now: Date): Prisma.GrantWhereInput {
  const since = daysFrom(now, -NEVER_USED_AFTER_DAYS);
  return {
    AND: [
      activeGrants(now),
      {
        OR: [
          { usage: { lastUsedAt: { lte: daysFrom(now, -UNUSED_AFTER_DAYS) } } },
          { usage: null, createdAt: { lte: since }, OR: [{ notBefore: null }, { notBefore: { lte: since } }] },
        ],
      },
    ],
  };
}
