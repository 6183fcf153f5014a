import { REPEAT_WINDOW_MS } from '@/lib/domain/anomaly/anomaly-kinds';
import type { RepeatGuard } from '@/lib/domain/anomaly/repeats';
import type { AuditIntent } from '@/lib/domain/audit-event';
import type { Charge } from '@/lib/domain/decision';

/** The rule that stands in the record of a call that was refused as one of a loop, and in the counters of such calls. */
export const LOOP_RULE = '(loop)';
/** From the third identical call on they are counted in the database; most calls come once and cost nothing. */
const CHARGED_FROM = 3;
/** Calls of a generation. Two are kept: deleting one by one would cost more than everything else here. */
const GENERATION_MAX = 10_000;

interface Seen {
  count: number;
  lastMs: number;
  /** Where a window that is only watched began, and what it has seen. */
  sinceMs: number;
  within: number;
}

/** What to do about a call that may be one of many alike. */
export interface RepeatNote {
  /** Charges the counter that all nodes share, or null while this is nothing but a coincidence. */
  readonly charge: Charge | null;
  /** Watched only: as many as the guard has as its most were seen. */
  readonly reached: number | null;
}

/**
 * Remembers the calls of this node by agent, server, tool and digest of the arguments. What comes again is counted by the
 * admission in a counter of its own, with what this node let through before: of `max` calls each other node can have let
 * two through that are not counted, so that a loop over n nodes ends after `max + 2 (n - 1)` at the latest.
 */
export class RepeatTracker {
  #young = new Map<string, Seen>();
  #old: ReadonlyMap<string, Seen> = new Map();

  note(intent: AuditIntent, hmac: string | null, guard: RepeatGuard, nowMs: number): RepeatNote {
    if (hmac === null || intent.agent === null || intent.server === null) return NOTHING;
    const key = `${intent.agent.id}|${intent.server.id}|${intent.tool ?? ''}|${hmac}`;
    const seen = this.#remember(key, nowMs);
    if (guard.mode === 'watch') return this.#watch(seen, guard.max, nowMs);
    if (seen.count < CHARGED_FROM) return NOTHING;
    // The first charge brings along what was let through uncounted.
    return { charge: chargeFor(key, intent.agent.id, guard.max, seen.count === CHARGED_FROM ? CHARGED_FROM : 1), reached: null };
  }

  #watch(seen: Seen, max: number, nowMs: number): RepeatNote {
    if (nowMs - seen.sinceMs >= REPEAT_WINDOW_MS) {
      seen.sinceMs = nowMs;
      seen.within = 0;
    }
    seen.within++;
    return seen.within % max === 0 ? { charge: null, reached: seen.within } : NOTHING;
  }

  #remember(key: string, nowMs: number): Seen {
    const known = this.#young.get(key) ?? this.#old.get(key);
    const seen =
      known !== undefined && nowMs - known.lastMs < REPEAT_WINDOW_MS ? known : { count: 0, lastMs: nowMs, sinceMs: nowMs, within: 0 };
    seen.count++;
    seen.lastMs = nowMs;
    this.#young.set(key, seen);
    if (this.#young.size >= GENERATION_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    return seen;
  }
}

const NOTHING: RepeatNote = { charge: null, reached: null };

function chargeFor(key: string, agentId: string, max: number, amount: number): Charge {
  return {
    rule: LOOP_RULE,
    counter: 'identical calls',
    scope: 'agent',
    scopeKey: agentId,
    key: `loop|${key}`,
    window: { lengthMs: REPEAT_WINDOW_MS },
    align: 'sliding',
    max,
    amount,
    onDeny: `More than ${max} identical calls within 5 minutes.`,
    refundOnUpstreamError: false,
    enforced: true,
    refuses: 'anomaly.loop',
  };
}
