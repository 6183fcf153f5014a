import type { RepeatFacts, RepeatGuard } from '@/lib/domain/anomaly/repeats';
import type { AuditIntent } from '@/lib/domain/audit-event';
import type { PendingCall } from './call-queue';
import { RepeatTracker } from './repeat-tracker';

/** What a call is charged, and who hears how it went. */
type Counted = Pick<PendingCall, 'charges' | 'resolve'>;

/** Puts the charge of repeated calls behind those of the policy, and tells when they reached their most. */
export class RepeatControl {
  readonly #tracker = new RepeatTracker();

  constructor(private readonly tell: (facts: RepeatFacts) => void = () => undefined) {}

  /** The call as it is to be charged. A call that comes for the first time is left as it is. */
  count(intent: AuditIntent, hmac: string | null, guard: RepeatGuard | undefined, call: Counted): Counted {
    if (guard === undefined) return call;
    const { charge, reached } = this.#tracker.note(intent, hmac, guard, performance.now());
    if (reached !== null) this.#tell(intent, guard, reached, false);
    if (charge === null) return call;
    return {
      charges: [...call.charges, charge],
      resolve: (admission) => {
        if ('exhausted' in admission && admission.exhausted.charge === charge) this.#tell(intent, guard, guard.max, true);
        call.resolve(admission);
      },
    };
  }

  #tell({ agent, server, tool }: AuditIntent, { kind, max }: RepeatGuard, seen: number, stopped: boolean): void {
    if (agent !== null) this.tell({ kind, subject: { agent, server, tool }, seen, max, stopped });
  }
}
