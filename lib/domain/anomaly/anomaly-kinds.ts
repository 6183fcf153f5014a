/** What counts as unusual. Each kind has one detector, one sentence and one setting. */
export const ANOMALY_KINDS = [
  'loop',
  'repeated_read',
  'denial_storm',
  'burst',
  'first_use',
  'new_shape',
  'out_of_hours',
  'many_sessions',
] as const;
export type AnomalyKind = (typeof ANOMALY_KINDS)[number];

/** What follows by itself: people hear of it, calls need a person for a while, or the agent is paused for a while. */
export const ANOMALY_ACTIONS = ['alert', 'approval', 'pause'] as const;
export type AnomalyAction = (typeof ANOMALY_ACTIONS)[number];

export interface KindFacts {
  /** A few words, as a heading. */
  readonly name: string;
  /** How it is found, in one sentence for people. */
  readonly method: string;
  /** What the threshold counts, after a number. */
  readonly unit: string;
  readonly threshold: number;
  readonly thresholdMin: number;
  readonly thresholdMax: number;
  readonly action: AnomalyAction;
  /** How long an approval or a pause lasts. */
  readonly minutes: number;
  /** An alert closes by itself when the condition was not seen for so long; milliseconds. */
  readonly quietMs: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How far back identical calls are counted. */
export const REPEAT_WINDOW_MS = 5 * MINUTE;

export const KINDS: Readonly<Record<AnomalyKind, KindFacts>> = {
  loop: {
    name: 'Loop',
    method: 'The same call, of a tool that changes something, with the same arguments within 5 minutes. Counted by the admission itself.',
    unit: 'identical calls',
    threshold: 15,
    thresholdMin: 4,
    thresholdMax: 1_000,
    action: 'alert',
    minutes: 10,
    quietMs: 15 * MINUTE,
  },
  repeated_read: {
    name: 'Repeated read',
    method: 'The same call, of a tool that only reads, with the same arguments within 5 minutes.',
    unit: 'identical calls',
    threshold: 100,
    thresholdMin: 4,
    thresholdMax: 10_000,
    action: 'alert',
    minutes: 10,
    quietMs: 15 * MINUTE,
  },
  denial_storm: {
    name: 'Denial storm',
    method: 'Calls of an agent that were refused within 10 minutes, when they are at least half of its calls.',
    unit: 'refused calls',
    threshold: 60,
    thresholdMin: 5,
    thresholdMax: 100_000,
    action: 'alert',
    minutes: 10,
    quietMs: 15 * MINUTE,
  },
  burst: {
    name: 'Burst',
    method: 'Calls of a tool by an agent in this hour, against the median of the same hour of the last 14 days; never below 100 calls.',
    unit: 'times the median',
    threshold: 4,
    thresholdMin: 1.5,
    thresholdMax: 1_000,
    action: 'alert',
    minutes: 30,
    quietMs: 70 * MINUTE,
  },
  first_use: {
    name: 'First use of a tool',
    method: 'An agent with a history of at least so many days calls a tool, of more than low risk, that it never called before.',
    unit: 'days of history',
    threshold: 7,
    thresholdMin: 1,
    thresholdMax: 90,
    action: 'alert',
    minutes: 60,
    quietMs: 24 * HOUR,
  },
  new_shape: {
    name: 'New argument shape',
    method:
      'An agent that has sent a tool, of more than low risk, the same names and types of arguments for at least so many days, and 50 calls, sends others.',
    unit: 'days without a new shape',
    threshold: 7,
    thresholdMin: 1,
    thresholdMax: 90,
    action: 'alert',
    minutes: 60,
    quietMs: 24 * HOUR,
  },
  out_of_hours: {
    name: 'Out of hours',
    method:
      'Calls of an agent in an hour of the day in which, and beside which, it made none in 14 days; it was active on at least 7 of them.',
    unit: 'calls',
    threshold: 20,
    thresholdMin: 1,
    thresholdMax: 100_000,
    action: 'alert',
    minutes: 60,
    quietMs: 2 * HOUR,
  },
  many_sessions: {
    name: 'Many sessions',
    method: 'Different sessions in which an agent called within 10 minutes, among the newest 20,000 calls.',
    unit: 'sessions',
    threshold: 30,
    thresholdMin: 2,
    thresholdMax: 10_000,
    action: 'alert',
    minutes: 10,
    quietMs: 20 * MINUTE,
  },
};
