import { randomBytes } from 'node:crypto';
import { judgePass, type PassClaim, type PassProblem, takePass } from '@/lib/domain/approval/approval-pass';
import type { CounterRaise } from '@/lib/domain/counters/counter-raise';
import type { CounterState } from '@/lib/domain/counters/counter-state';
import { windowLabel } from '@/lib/domain/counters/counter-window';
import { decideAdmission, type ExhaustedCharge, type Verdict } from '@/lib/domain/counters/decide-admission';
import type { Charge } from '@/lib/domain/decision';
import { REASONS } from '@/lib/domain/reasons';
import type { Admission } from '@/lib/gateway/ports';
import type { Json } from '@/lib/kernel/json';
import { storeArguments, type TextSealer } from './argument-store';
import { type EventContent, eventContent, type LedgerFinding, type OutcomeContent, outcomeContent } from './audit-row';
import type { PendingCall } from './call-queue';
import { linkHash, orderedRowContent } from './chain';
import { newEventId } from './event-id';
import { type LockedPasses, NO_PASSES } from './pass-rows';
import { ROW_SEPARATOR, rowLine } from './row-line';
import { safeText } from './safe-text';
import type { PendingSettlement } from './settle-queue';
import type { Writer } from './writer-incarnation';

/** A call with its place in the chain, ready to be answered once the commit is known. */
export interface PlacedCall {
  readonly call: PendingCall;
  readonly admission: Admission;
  readonly content: EventContent;
  /** Windows of the charges taken, by counter key; null when nothing can be refunded. */
  readonly windows: ReadonlyMap<string, number> | null;
}

/** The rows of one commit as lines, and the state of the chain after it. */
export interface BatchRows {
  readonly events: string;
  readonly outcomes: string;
  readonly calls: readonly PlacedCall[];
  readonly settled: readonly OutcomeContent[];
  /** Calls whose pass does not hold: nothing is charged, used or written for them. */
  readonly refused: readonly { readonly call: PendingCall; readonly problem: PassProblem }[];
  /** The passes that the calls of this batch use. */
  readonly taken: readonly { readonly id: string; readonly kind: PassClaim['kind']; readonly event: string }[];
  readonly seq: number;
  readonly hash: string;
}

/** Decides every call in the order of arrival and writes its row; outcomes come first in the chain. Pure but for random ids. */
export function buildBatch(
  calls: readonly PendingCall[],
  settlements: readonly PendingSettlement[],
  counters: ReadonlyMap<string, CounterState>,
  nowMs: number,
  writer: Writer,
  sealer: TextSealer,
  passes: LockedPasses = NO_PASSES,
): BatchRows {
  const at = new Date(nowMs).toISOString();
  const random = randomBytes(Math.max(8, calls.length * 8));
  const chain = new ChainTail(writer);
  const settled: OutcomeContent[] = [];
  for (const { settlement, eventAtMs } of settlements) {
    const content = outcomeContent(settlement, { at, eventAt: new Date(eventAtMs).toISOString(), writer: writer.id, seq: chain.next() });
    settled.push(content);
    chain.append(content);
  }
  const outcomes = chain.take();
  const placed: PlacedCall[] = [];
  const refused: BatchRows['refused'][number][] = [];
  const taken: BatchRows['taken'][number][] = [];
  for (const [position, call] of calls.entries()) {
    const { pass } = call;
    const state = pass === null ? undefined : passes.states.get(pass.id);
    const problem = pass === null ? null : judgePass(pass, state, passes.configVersion, nowMs);
    if (problem !== null) {
      refused.push({ call, problem });
      continue;
    }
    const id = newEventId(nowMs, position, random, position * 8);
    const verdict = call.kind === 'admit' ? decideAdmission(call.charges, call.keys, counters, nowMs) : null;
    const place = { id, at, writer: writer.id, seq: chain.next() };
    const content = eventContent(call.intent, place, findingOf(call, verdict), storeArguments(call.args, id, sealer));
    chain.append(content);
    placed.push({ call, content, admission: admissionOf(verdict, id, nowMs), windows: windowsOf(call, verdict) });
    // A call that a limit refuses leaves its approval for the next try.
    if (state === undefined || verdict?.admitted !== true) continue;
    takePass(state);
    taken.push({ id: state.id, kind: state.kind, event: id });
  }
  return { events: chain.take(), outcomes, calls: placed, settled, refused, taken, seq: chain.seq, hash: chain.hash };
}

/** Rows appended behind the writer's last committed one. */
class ChainTail {
  seq: number;
  hash: string;
  #rows: string[] = [];

  constructor(writer: Writer) {
    this.seq = writer.seq;
    this.hash = writer.hash;
  }

  next(): number {
    return this.seq + 1;
  }

  append(content: EventContent | OutcomeContent): void {
    const hash = linkHash(this.hash, orderedRowContent(content));
    this.#rows.push(rowLine(content, { previous_hash: this.hash, hash }));
    this.hash = hash;
    this.seq++;
  }

  /** The rows since the last `take`, as lines. */
  take(): string {
    const rows = this.#rows;
    this.#rows = [];
    return rows.join(ROW_SEPARATOR);
  }
}

function findingOf(call: PendingCall, verdict: Verdict | null): LedgerFinding {
  const { intent } = call;
  const same = { decision: intent.decision, reason: intent.reason, rule: intent.rule, message: intent.message };
  if (verdict === null) return { ...same, charges: [], expectsOutcome: false };
  if (!verdict.admitted) {
    const { charge } = verdict.exhausted;
    return {
      decision: 'limited',
      reason: charge.refuses ?? 'limit.exhausted',
      rule: charge.rule,
      message: charge.onDeny ?? REASONS[charge.refuses ?? 'limit.exhausted'].words,
      charges: [chargeContent(charge, verdict.exhausted.used, verdict.exhausted.raise, verdict.exhausted)],
      expectsOutcome: false,
    };
  }
  const charges = verdict.taken.map(({ charge, used, raise }) => chargeContent(charge, used, raise, null));
  // Only the ledger can know that an observed limit is used up; a stricter thing that was observed keeps its name.
  if (verdict.observed && intent.decision === 'allowed') {
    const { charge } = verdict.observed;
    return {
      decision: 'observed_limited',
      reason: 'limit.exhausted',
      rule: charge.rule,
      message: charge.onDeny,
      charges,
      expectsOutcome: true,
    };
  }
  return { ...same, charges, expectsOutcome: true };
}

/**
 * Members in canonical order. `used` is after the charge; for an exhausted one, what it found. `max` is the rule's own;
 * `raised` says what it was raised to, when a raise held.
 */
function chargeContent(charge: Charge, used: number, raise: CounterRaise | null, exhausted: ExhaustedCharge | null): Json {
  const content: Record<string, Json> = {
    amount: Number.isFinite(charge.amount) ? charge.amount : null,
    counter: safeText(charge.counter, 300),
    enforced: charge.enforced,
  };
  if (exhausted) content.exhausted = true;
  content.max = charge.max;
  if (raise) content.raised = { by: safeText(raise.by, 200), id: raise.id, to: raise.to, untilMs: raise.until };
  if (exhausted) content.resetsAtMs = exhausted.resetsAtMs;
  content.rule = safeText(charge.rule, 2000);
  content.scope = safeText(charge.scope, 300);
  content.scopeKey = safeText(charge.scopeKey, 300);
  content.used = used;
  content.window = windowLabel(charge.window);
  return content;
}

function admissionOf(verdict: Verdict | null, event: string, at: number): Admission {
  if (verdict === null || verdict.admitted) return { admitted: true, event, at };
  return { admitted: false, event, at, exhausted: verdict.exhausted };
}

function windowsOf(call: PendingCall, verdict: Verdict | null): ReadonlyMap<string, number> | null {
  if (!verdict?.admitted) return null;
  let windows: Map<string, number> | null = null;
  for (const [index, { charge, windowStartMs }] of verdict.taken.entries()) {
    if (!charge.refundOnUpstreamError) continue;
    windows ??= new Map();
    windows.set(call.keys[index] as string, charge.align === 'sliding' ? 0 : windowStartMs);
  }
  return windows;
}
