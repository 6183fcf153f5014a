import type { Reader } from '../context';

/** The months (`2026-08`) of a time, open where null, whose calls retention has removed, oldest first; those since `after` when given. */
export async function removedMonths(db: Reader, from: Date | null, to: Date | null, after?: Date): Promise<string[]> {
  const rows = await db.auditRemoval.findMany({
    where: {
      ...(from === null ? {} : { endsAt: { gt: from } }),
      ...(to === null ? {} : { startsAt: { lt: to } }),
      ...(after === undefined ? {} : { removedAt: { gte: after } }),
    },
    select: { month: true },
    orderBy: { month: 'asc' },
  });
  return rows.map(({ month }) => month);
}
