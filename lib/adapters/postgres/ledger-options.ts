import type pg from 'pg';
import type { RepeatFacts } from '@/lib/domain/anomaly/repeats';
import type { GatewayLog } from '@/lib/gateway/ports';
import type { ArgumentKeys } from './argument-store';
import type { LedgerObserver } from './ledger-observer';

export interface LedgerOptions extends ArgumentKeys {
  /** Where the database is; `max` and pool times are ignored. */
  readonly poolConfig: pg.PoolConfig;
  /** The name of this node in `writers`, the same after a restart. */
  readonly node: string;
  readonly log: GatewayLog;
  readonly observer?: LedgerObserver;
  /** Told of identical calls that reached their most; must not throw and must not hold anything up. */
  readonly onRepeats?: (facts: RepeatFacts) => void;
}
