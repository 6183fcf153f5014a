import type { PassClaim } from '@/lib/domain/approval/approval-pass';
import type { AuditIntent, AuditSettlement } from '@/lib/domain/audit-event';
import type { Charge, LimitWindow, WindowUnit } from '@/lib/domain/decision';
import { type Admission, type AdmissionRequest, type Clock, type Ledger, LedgerUnavailable, type PassRefused } from '@/lib/gateway/ports';
import type { MemoryApprovals } from './memory-approvals';

export interface RecordedEvent {
  readonly id: string;
  readonly intent: AuditIntent;
  settlement: AuditSettlement | null;
  refunded: readonly Charge[];
}

/**
 * The ledger's rules without its durability: the reference that tests of the gateway and of other ledgers are held
 * against. All charges of a call are taken or none, and a refused one is a `limited` event. Calendar windows only.
 */
export class MemoryLedger implements Ledger {
  readonly events: RecordedEvent[] = [];
  /** Set to make every durable operation fail, as a lost database does. */
  available = true;
  private readonly counters = new Map<string, { start: number; used: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly approvals: MemoryApprovals | null = null,
  ) {
    if (approvals !== null) approvals.isRunning = (id) => this.events.some((event) => event.id === id && event.settlement === null);
  }

  async admit(request: AdmissionRequest): Promise<Admission> {
    this.requireAvailable();
    return this.admitNow(request);
  }

  /** Without a pause, so that nothing comes between looking and writing. */
  private admitNow({ intent, charges }: AdmissionRequest): Admission {
    const at = this.clock.nowMs();
    for (const charge of charges) {
      const used = this.usedOf(charge, at);
      if (charge.enforced && used + charge.amount > charge.max) {
        const event = this.write({ ...intent, decision: 'limited', reason: 'limit.exhausted', rule: charge.rule, message: charge.onDeny });
        return { admitted: false, event, at, exhausted: { charge, used, max: charge.max, resetsAtMs: windowEnd(charge.window, at) } };
      }
    }
    for (const charge of charges) this.add(charge, charge.amount, at);
    return { admitted: true, event: this.write(intent), at };
  }

  async admitWithPass(request: AdmissionRequest, pass: PassClaim): Promise<Admission | PassRefused> {
    this.requireAvailable();
    const problem = this.approvals === null ? 'stale' : this.approvals.judge(pass);
    if (problem !== null) return { admitted: false, pass: problem };
    const admission = this.admitNow(request);
    if (admission.admitted) this.approvals?.use(pass, admission.event);
    return admission;
  }

  async record(intent: AuditIntent): Promise<string> {
    this.requireAvailable();
    return this.write(intent);
  }

  settle(settlement: AuditSettlement, refund: readonly Charge[]): void {
    const event = this.events.find((candidate) => candidate.id === settlement.event);
    if (event === undefined || event.settlement !== null) throw new Error('settled an event that is not open');
    event.settlement = settlement;
    event.refunded = refund;
    for (const charge of refund) this.add(charge, -charge.amount, this.clock.nowMs());
  }

  /** What a counter holds now. */
  usedOf(charge: Charge, at = this.clock.nowMs()): number {
    const counter = this.counters.get(charge.key);
    return counter === undefined || counter.start !== windowStart(charge.window, at) ? 0 : counter.used;
  }

  private add(charge: Charge, amount: number, at: number): void {
    const used = this.usedOf(charge, at) + amount;
    this.counters.set(charge.key, { start: windowStart(charge.window, at), used: Math.max(0, used) });
  }

  private write(intent: AuditIntent): string {
    const id = `evt_${String(this.events.length + 1).padStart(26, '0')}`;
    this.events.push({ id, intent, settlement: null, refunded: [] });
    return id;
  }

  private requireAvailable(): void {
    if (!this.available) throw new LedgerUnavailable('the ledger is away');
  }
}

const LENGTHS_MS: Record<Exclude<WindowUnit, 'week' | 'month'>, number> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};
const WEEK_MS = 604_800_000;
/** 1970-01-05, a Monday. */
const FIRST_MONDAY_MS = 345_600_000;

function windowStart(window: LimitWindow, at: number): number {
  if ('lengthMs' in window) return at - (at % window.lengthMs);
  if (window.unit === 'week') return at - ((at - FIRST_MONDAY_MS) % WEEK_MS);
  if (window.unit === 'month') return monthStart(at, 0);
  return at - (at % LENGTHS_MS[window.unit]);
}

function windowEnd(window: LimitWindow, at: number): number {
  const start = windowStart(window, at);
  if ('lengthMs' in window) return start + window.lengthMs;
  if (window.unit === 'week') return start + WEEK_MS;
  return window.unit === 'month' ? monthStart(at, 1) : start + LENGTHS_MS[window.unit];
}

function monthStart(at: number, later: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later, 1);
}
