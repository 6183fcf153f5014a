import { type CounterRaise, readRaise } from '@/lib/domain/counters/counter-raise';
import type { Transaction } from '../context';
import { notFound } from '../control-error';
import { lockRow } from '../locate';

/** A counter while nobody else can charge it: the admission locks the same row. */
export interface LockedCounter {
  readonly key: string;
  readonly policyId: string;
  readonly rule: string;
  readonly counter: string;
  readonly scope: string;
  readonly scopeKey: string;
  readonly used: number;
  readonly max: number;
  /** The raise that stands and whose time is not over. */
  readonly raise: CounterRaise | null;
  /** The window, or what a sliding limit counted last, is over. */
  readonly over: boolean;
  readonly sliding: boolean;
  /** The database's clock, read once the row was locked. */
  readonly now: Date;
}

/** Locks the policy first, as a publish does, then the counter. Throws 404. */
export async function lockCounter(tx: Transaction, key: string): Promise<LockedCounter> {
  const known = await tx.counter.findUnique({ where: { key }, select: { policyId: true } });
  if (!known) throw notFound('counter', key);
  await lockRow(tx, 'policy', known.policyId);
  await tx.$queryRaw`SELECT 1 FROM counters WHERE key = ${key} FOR UPDATE`;
  const row = await tx.counter.findUnique({ where: { key } });
  if (!row) throw notFound('counter', key);
  const [clock] = await tx.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  const now = clock?.now ?? new Date();
  const raise = readRaise(row.raise);
  return {
    key,
    policyId: row.policyId,
    rule: row.rule,
    counter: row.counter,
    scope: row.scope,
    scopeKey: row.scopeKey,
    used: row.used,
    max: row.max,
    raise: raise !== null && raise.until > now.getTime() ? raise : null,
    over: row.windowEnd <= now,
    sliding: row.log !== null,
    now,
  };
}

/** What people call a counter in the change log. */
export const counterName = ({ counter, scope, scopeKey }: Pick<LockedCounter, 'counter' | 'scope' | 'scopeKey'>): string =>
  `${counter} of ${scope} ${scopeKey}`;
