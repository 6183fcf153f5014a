import { type ApprovalDifference, differencesBetween } from '@/lib/domain/approval/approval-binding';
import { judgePass, type PassClaim, type PassProblem, type PassState, takePass } from '@/lib/domain/approval/approval-pass';
import { type ApprovalEvent, type ApprovalState, advance, isOver } from '@/lib/domain/approval/approval-state';
import {
  APPROVAL_DURATIONS,
  APPROVED_USABLE_MS,
  type ApprovalDuration,
  COOL_DOWN_MS,
  PENDING_PER_AGENT_MAX,
  pausedUntilMs,
  reuseMs,
} from '@/lib/domain/approval/approval-terms';
import { type ArgumentScope, askedLeaves, type ChosenBounds, isWithin, loosened, scopeOf } from '@/lib/domain/approval/argument-scope';
import type {
  ApprovalAsk,
  ApprovalPass,
  ApprovalStanding,
  Approvals,
  AskAnswer,
  AskedApproval,
  Clock,
  KeptAnswer,
  PassSeeker,
} from '@/lib/gateway/ports';
import { sha256Hex } from '@/lib/kernel/digest';

export interface MemoryApproval {
  readonly id: string;
  readonly ask: ApprovalAsk;
  state: ApprovalState;
  expiresAtMs: number;
  asks: number;
  decidedAtMs: number | null;
  by: string | null;
  reason: string | null;
  differences: readonly ApprovalDifference[];
  event: string | null;
}

interface MemoryException extends PassState {
  readonly approval: string;
  readonly by: string;
  readonly scope: ArgumentScope | null;
}

/** The rules of approvals without durability: the reference that the gateway's tests and the other adapter are held against. */
export class MemoryApprovals implements Approvals {
  readonly all: MemoryApproval[] = [];
  readonly exceptions: MemoryException[] = [];
  /** Answers that could not be delivered, by approval. */
  readonly kept = new Map<string, KeptAnswer>();
  /** Whether the call of an event has not ended; the ledger that stands beside knows. */
  isRunning: (event: string) => boolean = () => false;
  /** Calls held now, by approval. */
  readonly holds: { readonly id: string; readonly onChange: () => void }[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly configVersion: () => number,
  ) {}

  argumentsDigest(canonical: string): string {
    return sha256Hex(canonical);
  }

  async ask(ask: ApprovalAsk): Promise<AskAnswer> {
    const now = this.clock.nowMs();
    this.expire(now);
    const used = this.all.findLast((one) => one.ask.digest === ask.digest && one.state.status === 'consumed');
    const kept = used === undefined ? undefined : this.kept.get(used.id);
    if (kept !== undefined) return { kind: 'kept', kept };
    const pass = await this.find(ask);
    if (pass !== null) return { kind: 'pass', pass };
    const pending = this.all.find((one) => one.ask.digest === ask.digest && one.state.status === 'pending');
    if (pending !== undefined) {
      pending.asks++;
      return { kind: 'pending', approval: askedOf(pending) };
    }
    if (used?.event != null && this.isRunning(used.event)) return { kind: 'running', approval: askedOf(used) };
    const denied = this.all.findLast((one) => one.ask.subject === ask.subject && one.decidedAtMs !== null);
    const retryAtMs = (denied?.decidedAtMs ?? 0) + COOL_DOWN_MS;
    if (denied?.state.status === 'denied' && retryAtMs > now)
      return { kind: 'denied', approval: askedOf(denied), by: denied.by ?? '', reason: denied.reason, retryAtMs };
    const mine = this.all.filter((one) => one.ask.binding.agent === ask.binding.agent);
    const pausedMs = pausedUntilMs(decidedNewestFirst(mine));
    if (pausedMs !== null && pausedMs > now) return { kind: 'paused', retryAtMs: pausedMs };
    if (mine.filter((one) => one.state.status === 'pending').length >= PENDING_PER_AGENT_MAX)
      return { kind: 'backlog', pendingMax: PENDING_PER_AGENT_MAX };
    return { kind: 'pending', approval: askedOf(this.open(ask, now)) };
  }

  async find({ digest, scopeDigest, intent }: PassSeeker): Promise<ApprovalPass | null> {
    this.expire(this.clock.nowMs());
    const approval = this.all.find((one) => one.ask.digest === digest && one.state.status === 'approved');
    if (approval !== undefined)
      return { kind: 'approval', id: approval.id, digest, scoped: false, approval: approval.id, by: approval.by ?? '' };
    const { args } = intent;
    const lets = ({ scope, digest: bound }: MemoryException): boolean =>
      scope === null ? bound === digest : args !== null && bound === scopeDigest && isWithin(scope, args, sha256Hex);
    const found = this.exceptions.find((one) => one.status === 'active' && lets(one));
    if (found === undefined) return null;
    const { id, digest: bound, scope, approval: from, by } = found;
    return { kind: 'exception', id, digest: bound, scoped: scope !== null, approval: from, by };
  }

  async standing(id: string): Promise<ApprovalStanding | null> {
    this.expire(this.clock.nowMs());
    const found = this.all.find((one) => one.id === id);
    if (found === undefined) return null;
    const { by, reason, differences, decidedAtMs } = found;
    const retryAtMs = decidedAtMs === null ? null : decidedAtMs + COOL_DOWN_MS;
    return { ...askedOf(found), status: found.state.status, by, reason, retryAtMs, differences };
  }

  async outdated(id: string, differences: readonly ApprovalDifference[]): Promise<void> {
    const found = this.all.find((one) => one.id === id);
    if (found === undefined || isOver(found.state.status)) return;
    found.differences = differences;
    this.apply(found, { kind: 'change' });
  }

  hold(id: string, _untilMs: number, onChange: () => void): () => void {
    const hold = { id, onChange };
    this.holds.push(hold);
    return () => void this.holds.splice(this.holds.indexOf(hold), 1);
  }

  async keep(answer: KeptAnswer): Promise<void> {
    this.kept.set(answer.approval, answer);
  }

  async forget(approval: string): Promise<void> {
    this.kept.delete(approval);
  }

  /** A person agrees. Throws what the state machine refuses. */
  approve(id: string, by: string, duration?: ApprovalDuration, chosen: ChosenBounds = {}): void {
    const found = this.get(id);
    this.apply(found, { kind: 'approve', by });
    if (found.state.status !== 'approved') return;
    const now = this.clock.nowMs();
    Object.assign(found, { by: found.state.approvedBy.join(', '), decidedAtMs: now, expiresAtMs: now + APPROVED_USABLE_MS });
    const ms = duration === undefined ? reuseMs(found.ask.demand.reuse) : APPROVAL_DURATIONS[duration];
    if (ms === 0) return;
    const isLoosened = Object.keys(loosened(chosen)).length > 0;
    const scope = isLoosened ? scopeOf(askedLeaves(found.ask.intent.args ?? {}, null), chosen) : null;
    if (scope?.ok === false) throw new Error(`${scope.error.path}: ${scope.error.message}`);
    const id_ = `exc_${String(this.exceptions.length + 1).padStart(26, '0')}`;
    this.exceptions.push({
      kind: 'exception',
      id: id_,
      digest: scope === null ? found.ask.digest : found.ask.scopeDigest,
      scope: scope?.value ?? null,
      status: 'active',
      usableUntilMs: now + ms,
      uses: 0,
      approval: id,
      by: found.by ?? '',
    });
  }

  deny(id: string, by: string, reason: string | null = null): void {
    const found = this.get(id);
    Object.assign(found, { by, reason, decidedAtMs: this.clock.nowMs() });
    this.apply(found, { kind: 'deny', by });
  }

  withdraw(id: string): void {
    this.apply(this.get(id), { kind: 'withdraw' });
  }

  revoke(exception: string): void {
    for (const one of this.exceptions) if (one.id === exception) one.status = 'revoked';
  }

  /** For the ledger: why a claim does not hold, or null. */
  judge(claim: PassClaim): PassProblem | null {
    const now = this.clock.nowMs();
    return judgePass(claim, this.stateOf(claim), this.configVersion(), now);
  }

  /** For the ledger: the claim is used by an event. */
  use(claim: PassClaim, event: string): void {
    if (claim.kind === 'approval') {
      const found = this.get(claim.id);
      found.event = event;
      this.apply(found, { kind: 'consume' });
      return;
    }
    const exception = this.exceptions.find((one) => one.id === claim.id);
    if (exception !== undefined) takePass(exception);
  }

  private stateOf(claim: PassClaim): PassState | undefined {
    if (claim.kind === 'exception') return this.exceptions.find((one) => one.id === claim.id);
    const found = this.all.find((one) => one.id === claim.id);
    if (found === undefined) return undefined;
    const { id, ask, state, expiresAtMs } = found;
    return { kind: 'approval', id, digest: ask.digest, status: state.status, usableUntilMs: expiresAtMs, uses: 0 };
  }

  private open(ask: ApprovalAsk, now: number): MemoryApproval {
    for (const one of this.all) {
      if (one.ask.subject !== ask.subject || isOver(one.state.status)) continue;
      one.differences = differencesBetween(one.ask.binding, ask.binding);
      this.apply(one, { kind: 'change' });
    }
    const opened: MemoryApproval = {
      id: `apr_${String(this.all.length + 1).padStart(26, '0')}`,
      ask,
      state: { status: 'pending', votesNeeded: ask.demand.count, approvedBy: [] },
      expiresAtMs: now + ask.demand.expiresMs,
      asks: 1,
      decidedAtMs: null,
      by: null,
      reason: null,
      differences: [],
      event: null,
    };
    this.all.push(opened);
    return opened;
  }

  private expire(now: number): void {
    for (const one of this.all) if (!isOver(one.state.status) && one.expiresAtMs <= now) this.apply(one, { kind: 'expire' });
    for (const one of this.exceptions) if (one.status === 'active' && one.usableUntilMs <= now) one.status = 'expired';
  }

  private apply(approval: MemoryApproval, event: ApprovalEvent): void {
    const next = advance(approval.state, event);
    if (!next.ok) throw new Error(`${event.kind}: ${next.error}`);
    approval.state = next.value;
    for (const hold of [...this.holds]) if (hold.id === approval.id) hold.onChange();
  }

  private get(id: string): MemoryApproval {
    const found = this.all.find((one) => one.id === id);
    if (found === undefined) throw new Error(`there is no approval ${id}`);
    return found;
  }
}

const askedOf = ({ id, expiresAtMs }: MemoryApproval): AskedApproval => ({ id, expiresAtMs });

function decidedNewestFirst(approvals: readonly MemoryApproval[]): { denied: boolean; atMs: number }[] {
  return approvals
    .flatMap((one) => (one.decidedAtMs === null ? [] : [{ denied: one.state.status === 'denied', atMs: one.decidedAtMs }]))
    .sort((a, b) => b.atMs - a.atMs);
}
