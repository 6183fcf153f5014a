import type { AuditSettlement } from '@/lib/domain/audit-event';
import type { Charge } from '@/lib/domain/decision';
import { counterKey } from './counter-key';
import { eventTimeMs } from './event-id';

/** A charge to give back, with the window in which it was taken. */
export interface Refund {
  readonly charge: Charge;
  readonly key: string;
  readonly policyId: string;
  readonly windowStartMs: number;
}

export interface PendingSettlement {
  readonly settlement: AuditSettlement;
  readonly eventAtMs: number;
  readonly refunds: readonly Refund[];
}

/** What is remembered of an admitted call until its outcome is committed. */
interface OpenEvent {
  readonly seq: number;
  readonly writer: string;
  /** Window starts by counter key; only for charges that can be given back. */
  readonly windows: ReadonlyMap<string, number>;
}

const SETTLEMENTS_PER_BATCH = 256;
const NO_WINDOWS: ReadonlyMap<string, number> = new Map();

/** Outcomes on their way into the database, and the events that still wait for one. */
export class SettleQueue {
  #pending: PendingSettlement[] = [];
  /** In order of their sequence: the first is the oldest. */
  readonly #open = new Map<string, OpenEvent>();

  get length(): number {
    return this.#pending.length;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** An admitted call was committed. */
  opened(event: string, writer: string, seq: number, windows: ReadonlyMap<string, number> | null): void {
    this.#open.set(event, { writer, seq, windows: windows ?? NO_WINDOWS });
  }

  /** Queues an outcome; false when `settlement.event` is no event id. */
  add(settlement: AuditSettlement, refund: readonly Charge[], policyId: string | null): boolean {
    const eventAtMs = eventTimeMs(settlement.event);
    if (eventAtMs === null) return false;
    const windows = this.#open.get(settlement.event)?.windows ?? NO_WINDOWS;
    const refunds: Refund[] = [];
    for (const charge of refund) {
      if (!charge.refundOnUpstreamError) continue;
      const key = counterKey(policyId ?? '', charge);
      const windowStartMs = windows.get(key);
      // Unknown when the process was restarted since: the amount then stays charged, which is the safe side.
      if (windowStartMs !== undefined) refunds.push({ charge, key, policyId: policyId ?? '', windowStartMs });
    }
    this.#pending.push({ settlement, eventAtMs, refunds });
    return true;
  }

  /** Queues an outcome whose refunds are known already. */
  addPrepared(pending: PendingSettlement): void {
    this.#pending.push(pending);
  }

  next(settlementsMax = SETTLEMENTS_PER_BATCH): PendingSettlement[] {
    return this.#pending.splice(0, settlementsMax);
  }

  putBack(settlements: readonly PendingSettlement[]): void {
    this.#pending.unshift(...settlements);
  }

  /** The outcomes of these are committed. */
  closed(settlements: readonly PendingSettlement[]): void {
    for (const { settlement } of settlements) this.#open.delete(settlement.event);
  }

  /** The lowest sequence of this writer whose event still has no outcome, or `next` when there is none. */
  unsettledFrom(writer: string, next: number): number {
    for (const event of this.#open.values()) if (event.writer === writer) return event.seq;
    return next;
  }
}
