import { whoCan } from '../approval/eligibility';
import { inertLine } from './inert-line';
import type { ChannelEvent, Notification } from './notification-event';

/** What every renderer says, made inert; escaping for its own format is the renderer's. */
export interface NotificationWords {
  /** One short line. */
  readonly title: string;
  /** Who wants what, where; one sentence. */
  readonly sentence: string;
  /** Label and value, in the order to show. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly link: { readonly label: string; readonly url: string };
}

export const RISK_WORDS = { low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' } as const;

export function notificationWords(told: Notification): NotificationWords {
  const { facts, event } = told;
  const open = event === 'requested' || event === 'escalated' || event === 'test';
  return {
    title: titleOf(told),
    sentence: `${inertLine(facts.agent)} wants to call ${callOf(told)} on ${inertLine(facts.server)}.`,
    facts: [
      ['Risk', `${RISK_WORDS[facts.risk]} (${facts.category})`],
      ['Rule', `${inertLine(facts.policy)} v${facts.policyVersion}, ${inertLine(facts.rule, 300)}`],
      ...(facts.message === null ? [] : [['The rule says', inertLine(facts.message, 500)] as const]),
      ...(facts.purpose === null ? [] : [['Purpose of the grant', inertLine(facts.purpose, 300)] as const]),
      ...(open ? openFacts(told) : [['Outcome', outcomeOf(told)] as const]),
      ['Why you', whyOf(told)],
    ],
    link: { label: open ? 'Review the request' : 'Open the request', url: told.url },
  };
}

function titleOf({ facts, event }: Notification): string {
  const what = `${inertLine(facts.agent, 63)}: ${inertLine(facts.tool, 80)}`;
  if (event === 'test') return 'Test of this channel. Nothing waits for a decision.';
  if (event === 'requested') return `Approval needed for ${what}`;
  if (event === 'escalated') return `Still nobody has decided on ${what}`;
  if (event === 'expired') return `Denied, because nobody decided in time: ${what}`;
  const words: Record<string, string> = { approved: 'Approved', denied: 'Denied', withdrawn: 'Taken back', stale: 'Outdated' };
  return `${words[facts.status] ?? 'Decided'}: ${what}`;
}

function callOf({ facts }: Notification): string {
  const tool = inertLine(facts.tool, 120);
  return facts.innerTool === null ? tool : `${tool}, which runs ${inertLine(facts.innerTool, 120)},`;
}

function openFacts({ facts, now }: Notification): [string, string][] {
  const needed = facts.votesNeeded > 1 ? `${facts.votesNeeded} different people have to agree. ` : '';
  return [
    ['Time left', `${timeLeft(Date.parse(facts.expiresAt) - Date.parse(now))}, until ${facts.expiresAt}. After that it is denied.`],
    ['Who decides', `${needed}${inertLine(whoCan(facts.approvers), 400)}; never the owner of the agent, ${inertLine(facts.owner, 120)}.`],
  ];
}

function outcomeOf({ facts, event }: Notification): string {
  if (event === 'expired') return 'Nobody decided in time, so the call was denied. It was not made.';
  const by = facts.decidedBy === null ? '' : ` by ${inertLine(facts.decidedBy)}`;
  const why = facts.decidedReason === null ? '' : `: ${inertLine(facts.decidedReason, 1_000)}`;
  const words: Record<string, string> = {
    approved: `Approved${by}. One identical call is let through.`,
    denied: `Denied${by}${why}`,
    withdrawn: 'Taken back. The call was not made.',
    stale: 'No longer what was shown, so it cannot be approved. The call was not made.',
  };
  return words[facts.status] ?? inertLine(facts.status);
}

const EVENT_WORDS: Record<ChannelEvent, string> = {
  requested: 'requests',
  escalated: 'requests that nobody decided for a while',
  decided: 'decisions',
  expired: 'requests that expired',
};

/** The filter that let it through, so that nobody has to guess why they are asked. */
function whyOf({ event, channel }: Notification): string {
  const name = inertLine(channel.name);
  if (event === 'test') return `Somebody tests the channel "${name}".`;
  const where = channel.servers.length === 0 ? 'every server' : channel.servers.map((slug) => inertLine(slug)).join(', ');
  const risk = channel.minimumRisk === 'low' ? 'any risk' : `risk ${channel.minimumRisk} or more`;
  return `The channel "${name}" hears of ${EVENT_WORDS[event]} on ${where}, ${risk}.`;
}

/** `9 min`, `1 h 5 min`, `40 s`; never below zero. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
