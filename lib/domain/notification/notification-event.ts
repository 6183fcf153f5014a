import type { Category, RiskLevel } from '../risk';

export const CHANNEL_KINDS = ['webhook', 'slack', 'email'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** What a channel can hear of. `escalated`: still nobody decided, so long after the request. */
export const CHANNEL_EVENTS = ['requested', 'decided', 'expired', 'escalated'] as const;
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

/** The arguments of a message: as the policy redacted them and cut, hostile as ever, or why they are not there. */
export type ToldArguments =
  | { readonly included: true; readonly text: string; readonly truncated: boolean }
  | { readonly included: false; readonly why: string };

/** One thing to tell, complete: renderers ask nobody else. */
export interface Notification {
  /** The same for every attempt and for what is sent again. */
  readonly id: string;
  readonly event: DeliveryEvent;
  /** When it happened, ISO 8601 UTC. */
  readonly at: string;
  /** By the database's clock, when this is rendered; time left counts from here. */
  readonly now: string;
  readonly facts: NotificationFacts;
  readonly arguments: ToldArguments;
  /** Where a person reviews the request. */
  readonly url: string;
  /** Why this channel was told: its own filter. */
  readonly channel: { readonly name: string; readonly servers: readonly string[]; readonly minimumRisk: RiskLevel };
}

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
