import type { ActiveRestriction } from '@/lib/domain/anomaly/agent-restriction';
import { type EngagedKill, killWords } from '@/lib/domain/kill-switch';
import { REASONS, type Reason } from '@/lib/domain/reasons';
import type { JsonObject } from '@/lib/kernel/json';
import { fail } from '@/lib/kernel/result';
import type { AskedApproval } from './ports';

/** A refusal as a value: what every stage returns instead of the next state. Wire bytes are made of it in one place. */
export interface Denial {
  readonly reason: Reason;
  /** The sentence for the caller when there is a better one than the reason's own words. */
  readonly message: string | null;
  /** HTTP status where it differs from the reason's. */
  readonly http: number | null;
  /** JSON-RPC code where it differs from the reason's. */
  readonly rpc: number | null;
  /** Extra members of the JSON-RPC error's `data`. */
  readonly data: JsonObject | null;
  /** For `limit.exhausted`. */
  readonly retryAfterMs: number | null;
  /** The rule that refused where it is not the decision's own. */
  readonly rule: string | null;
  /** The event id when the ledger already wrote the refusal. */
  readonly event: string | null;
  /** The request for approval that the refusal is about. */
  readonly approval: AskedApproval | null;
  /** The answer asks the client to show a person where to decide, and to call again. */
  readonly prompt: boolean;
}

export type Refused = { readonly ok: false; readonly error: Denial };

/** A refusal by one of the reasons of the closed list. */
export function refuse(
  reason: Reason,
  extra?: {
    message?: string | null;
    http?: number;
    rpc?: number;
    data?: JsonObject;
    retryAfterMs?: number;
    rule?: string;
    event?: string;
    approval?: AskedApproval;
    prompt?: boolean;
  },
): Refused {
  return fail({
    reason,
    message: extra?.message ?? null,
    http: extra?.http ?? null,
    rpc: extra?.rpc ?? null,
    data: extra?.data ?? null,
    retryAfterMs: extra?.retryAfterMs ?? null,
    rule: extra?.rule ?? null,
    event: extra?.event ?? null,
    approval: extra?.approval ?? null,
    prompt: extra?.prompt ?? false,
  });
}

/** A refusal by a kill switch: before the call was sent, or `kill.cancelled` while it was running. */
export function refuseKilled(kill: EngagedKill, reason: 'kill.engaged' | 'kill.cancelled' = 'kill.engaged'): Refused {
  const running = reason === 'kill.cancelled' ? ' This call was running and was cancelled.' : '';
  return refuse(reason, { http: 403, message: `${killWords(kill)}${running}`, rule: '(kill switch)' });
}

/** A refusal because the agent is paused; it can call again by itself after the time. */
export function refusePaused(pause: ActiveRestriction, nowMs: number): Refused {
  return refuse('anomaly.paused', { http: 403, retryAfterMs: Math.max(0, pause.untilMs - nowMs), rule: '(anomaly)' });
}

/** The sentence that goes out: the author's, or the reason's own. */
export function wordsOf(denial: Denial): string {
  return denial.message ?? REASONS[denial.reason].words;
}

export type RpcId = string | number;
