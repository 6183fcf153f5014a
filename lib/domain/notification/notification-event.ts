import type { AnomalyAction, AnomalyKind } from '../anomaly/anomaly-kinds';
import type { Category, RiskLevel } from '../risk';

export const CHANNEL_KINDS = ['webhook', 'slack', 'email'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** About requests for approval. `escalated`: still nobody decided, so long after the request. */
export const APPROVAL_EVENTS = ['requested', 'decided', 'expired', 'escalated'] as const;
/** About agents and grants: more access for a while, and reminders of what falls due. */
export const ACCESS_EVENTS = ['access_requested', 'access_decided', 'review_overdue', 'grant_expiring'] as const;
export type AccessEvent = (typeof ACCESS_EVENTS)[number];

/** About unusual calls of an agent: an alert has opened. */
export const ANOMALY_EVENTS = ['anomaly'] as const;
export type AnomalyEvent = (typeof ANOMALY_EVENTS)[number];

/** What a channel can hear of. */
export const CHANNEL_EVENTS = [...APPROVAL_EVENTS, ...ACCESS_EVENTS, ...ANOMALY_EVENTS] as const;
export type ChannelEvent = (typeof CHANNEL_EVENTS)[number];

export const DELIVERY_EVENTS = [...CHANNEL_EVENTS, 'test'] as const;
export type DeliveryEvent = (typeof DELIVERY_EVENTS)[number];

/** `waiting` for its time or for another attempt; `skipped` had become pointless before it was sent. */
export const DELIVERY_STATUSES = ['waiting', 'sending', 'delivered', 'failed', 'skipped'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** A request for approval as it was when the event happened; written by the database. Texts of agents and servers in it are hostile. */
export interface NotificationFacts {
  readonly id: string;
  readonly status: string;
  readonly server: string;
  readonly agent: string;
  readonly owner: string;
  readonly tool: string;
  readonly innerTool: string | null;
  readonly category: Category;
  readonly risk: RiskLevel;
  readonly purpose: string | null;
  readonly policy: string;
  readonly policyVersion: number;
  readonly rule: string;
  readonly message: string | null;
  readonly approvers: readonly string[];
  readonly votesNeeded: number;
  /** ISO 8601 UTC, as all times here. */
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly decidedAt: string | null;
  readonly decidedBy: string | null;
  readonly decidedReason: string | null;
}

/** What an event about an agent or a grant tells; what it does not know is null. Written by the database. */
export interface AccessFacts {
  /** Of the request for access, the agent or the grant. */
  readonly id: string;
  readonly agent: string;
  readonly owner: string;
  readonly server: string | null;
  /** The policy that is asked for, or the grant's own. */
  readonly policy: string | null;
  readonly currentPolicy: string | null;
  readonly minutes: number | null;
  readonly reason: string | null;
  readonly requestedBy: string | null;
  readonly status: string;
  readonly decidedBy: string | null;
  readonly decidedReason: string | null;
  /** Until when it can be decided, until when the access lasts, when the review was due or the grant ends; ISO 8601 UTC. */
  readonly dueAt: string;
}

/** What an alert tells; written by the database. Names of tools in it are hostile. */
export interface AnomalyFacts {
  /** Of the alert. */
  readonly id: string;
  readonly kind: AnomalyKind;
  readonly agent: string;
  readonly owner: string;
  readonly server: string | null;
  readonly tool: string | null;
  readonly explanation: string;
  readonly band: string;
  readonly action: AnomalyAction;
  readonly openedAt: string;
}

/** The arguments of a message: as the policy redacted them and cut, hostile as ever, or why they are not there. */
export type ToldArguments =
  | { readonly included: true; readonly text: string; readonly truncated: boolean }
  | { readonly included: false; readonly why: string };

interface Told {
  /** The same for every attempt and for what is sent again. */
  readonly id: string;
  /** When it happened, ISO 8601 UTC. */
  readonly at: string;
  /** By the database's clock, when this is rendered; time left counts from here. */
  readonly now: string;
  /** The workspace's, by whose clock people are told times; programs get them in UTC. */
  readonly timeZone: string;
  readonly arguments: ToldArguments;
  /** Where a person looks at it. */
  readonly url: string;
  /** Why this channel was told: its own filter. */
  readonly channel: { readonly name: string; readonly servers: readonly string[]; readonly minimumRisk: RiskLevel };
}

export type ApprovalNotification = Told & {
  readonly event: Exclude<DeliveryEvent, AccessEvent | AnomalyEvent>;
  readonly facts: NotificationFacts;
};
export type AccessNotification = Told & { readonly event: AccessEvent; readonly facts: AccessFacts };
export type AnomalyNotification = Told & { readonly event: AnomalyEvent; readonly facts: AnomalyFacts };
/** One thing to tell, complete: renderers ask nobody else. */
export type Notification = ApprovalNotification | AccessNotification | AnomalyNotification;

export const isAccessEvent = (event: string): event is AccessEvent => (ACCESS_EVENTS as readonly string[]).includes(event);
export const isAccess = (told: Notification): told is AccessNotification => isAccessEvent(told.event);

export const isAnomaly = (told: Notification): told is AnomalyNotification => told.event === 'anomaly';

/** The request that a test of a channel speaks of; nothing waits for it. */
export function sampleFacts(nowMs: number): NotificationFacts {
  return {
    id: 'apr_00000000000000000000000000',
    status: 'pending',
    server: 'example-server',
    agent: 'example-agent',
    owner: 'owner@example.com',
    tool: 'create_refund',
    innerTool: null,
    category: 'financial',
    risk: 'high',
    purpose: null,
    policy: 'example-policy',
    policyVersion: 1,
    rule: '/tools/create_refund/approval',
    message: 'This is a test. Nothing waits for a decision.',
    approvers: ['role:approver'],
    votesNeeded: 1,
    createdAt: new Date(nowMs).toISOString(),
    expiresAt: new Date(nowMs + 600_000).toISOString(),
    decidedAt: null,
    decidedBy: null,
    decidedReason: null,
  };
}
