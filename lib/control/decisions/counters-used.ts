import type { Charge } from '@/lib/domain/decision';
import type { Reader } from '../context';

/**
 * What the counters of these charges stand at: what the caller supposes, by name of the counter; else the live ones of
 * the policy when a real grant is asked about; else nothing.
 */
export async function usedOf(
  db: Reader,
  policyId: string | null,
  charges: readonly Charge[],
  atMs: number,
  supposed: Readonly<Record<string, number>> | undefined,
  live: boolean,
): Promise<ReadonlyMap<string, number>> {
  const used = new Map<string, number>();
  const rows =
    live && policyId !== null && charges.length > 0
      ? await db.counter.findMany({
          where: {
            policyId,
            counter: { in: charges.map((charge) => charge.counter) },
            windowEnd: { gt: new Date(atMs) },
            windowStart: { lte: new Date(atMs) },
          },
        })
      : [];
  for (const charge of charges) {
    const row = rows.find((one) => one.counter === charge.counter && one.scope === charge.scope && one.scopeKey === charge.scopeKey);
    used.set(charge.key, supposed && Object.hasOwn(supposed, charge.counter) ? (supposed[charge.counter] as number) : (row?.used ?? 0));
  }
  return used;
}
