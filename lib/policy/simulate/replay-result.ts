import type { EventOutcome } from '@/lib/domain/audit-event';
import type { Outcome } from '@/lib/domain/decision';
import type { CannotTellReason } from './cannot-tell';
import type { SimulatedState } from './simulated-state';

/** One recorded call as an example; `rule` is the draft's, `ruleBefore` the one it is compared with. `at` is ISO 8601. */
export interface ReplaySample {
  readonly event: string;
  readonly at: string;
  readonly agent: string | null;
  readonly tool: string;
  readonly from: SimulatedState;
  readonly to: SimulatedState;
  readonly rule: string;
  readonly ruleBefore: string;
}

export interface Transition {
  readonly from: SimulatedState;
  readonly to: SimulatedState;
  readonly calls: number;
}

export interface ReplayGroup {
  readonly by: 'tool' | 'agent' | 'rule';
  readonly key: string;
  readonly calls: number;
  readonly changed: number;
  readonly cannotTell: number;
  readonly transitions: readonly Transition[];
  readonly samples: readonly ReplaySample[];
}

/** How often people would be asked. Nights are 22:00 to 06:00 UTC; days are UTC too. */
export interface ApprovalForecast {
  readonly total: number;
  readonly perDay: number;
  readonly atNight: number;
  readonly busiestDay: { readonly day: string; readonly calls: number } | null;
  readonly days: readonly { readonly day: string; readonly calls: number; readonly atNight: number }[];
  readonly byRule: readonly {
    readonly rule: string;
    readonly calls: number;
    readonly perDay: number;
    readonly atNight: number;
    readonly approvers: readonly string[];
  }[];
  /** What became of these very calls when they were made. */
  readonly history: {
    readonly decisions: readonly { readonly decision: SimulatedState; readonly calls: number }[];
    readonly outcomes: readonly { readonly outcome: EventOutcome | 'none'; readonly calls: number }[];
  };
}

/** What a replay found. Bounded whatever the number of calls. */
export interface ReplayResult {
  readonly calls: number;
  readonly unchanged: number;
  readonly changed: number;
  readonly cannotTell: {
    readonly total: number;
    readonly reasons: readonly { readonly reason: CannotTellReason; readonly calls: number }[];
  };
  readonly matrix: readonly (Transition & { readonly samples: readonly ReplaySample[] })[];
  readonly newly: {
    readonly denied: number;
    readonly asked: number;
    readonly limited: number;
    readonly hidden: number;
    readonly allowed: number;
  };
  readonly groups: readonly ReplayGroup[];
  readonly omittedGroups: number;
  readonly approvals: ApprovalForecast;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly observed: readonly { readonly state: SimulatedState; readonly calls: number }[];
  readonly notes: readonly string[];
}
