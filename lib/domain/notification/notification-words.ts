import { whoCan } from '../approval/eligibility';
import { accessWords } from './access-words';
import { anomalyWords } from './anomaly-words';
import { inertLine } from './inert-line';
import type { NotificationWords } from './message-words';
import { type ApprovalNotification, isAccess, isAnomaly, type Notification } from './notification-event';
import { clockTime, timeLeft } from './time-left';
import { whyOf } from './why-told';

export const RISK_WORDS = { low: 'Low', medium: 'Medium', high: 'High', critical: 'Critical' } as const;

export function notificationWords(told: Notification): NotificationWords {
  if (isAnomaly(told)) return anomalyWords(told);
  return isAccess(told) ? accessWords(told) : approvalWords(told);
}

function approvalWords(told: ApprovalNotification): NotificationWords {
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

function titleOf({ facts, event }: ApprovalNotification): string {
  const what = `${inertLine(facts.agent, 63)}: ${inertLine(facts.tool, 80)}`;
  if (event === 'test') return 'Test of this channel. Nothing waits for a decision.';
  if (event === 'requested') return `Approval needed for ${what}`;
  if (event === 'escalated') return `Still nobody has decided on ${what}`;
  if (event === 'expired') return `Denied, because nobody decided in time: ${what}`;
  const words: Record<string, string> = { approved: 'Approved', denied: 'Denied', withdrawn: 'Taken back', stale: 'Outdated' };
  return `${words[facts.status] ?? 'Decided'}: ${what}`;
}

function callOf({ facts }: ApprovalNotification): string {
  const tool = inertLine(facts.tool, 120);
  return facts.innerTool === null ? tool : `${tool}, which runs ${inertLine(facts.innerTool, 120)},`;
}

function openFacts({ facts, now, timeZone }: ApprovalNotification): [string, string][] {
  const needed = facts.votesNeeded > 1 ? `${facts.votesNeeded} different people have to agree. ` : '';
  return [
    [
      'Time left',
      `${timeLeft(Date.parse(facts.expiresAt) - Date.parse(now))}, until ${clockTime(facts.expiresAt, timeZone)}. After that it is denied.`,
    ],
    ['Who decides', `${needed}${inertLine(whoCan(facts.approvers), 400)}; never the owner of the agent, ${inertLine(facts.owner, 120)}.`],
  ];
}

function outcomeOf({ facts, event }: ApprovalNotification): string {
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
