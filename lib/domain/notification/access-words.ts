import { inertLine } from './inert-line';
import type { NotificationWords } from './message-words';
import type { AccessNotification } from './notification-event';
import { clockTime, daysLeft, timeLeft } from './time-left';
import { whyOf } from './why-told';

/** What renderers say of an agent or a grant, made inert. */
export function accessWords(told: AccessNotification): NotificationWords {
  const { facts, event } = told;
  const agent = inertLine(facts.agent, 63);
  const owner = ['Owner of the agent', inertLine(facts.owner, 120)] as const;
  const why = ['Why you', whyOf(told)] as const;
  const leftMs = Date.parse(facts.dueAt) - Date.parse(told.now);
  const due = clockTime(facts.dueAt, told.timeZone);
  switch (event) {
    case 'access_requested':
      return {
        title: `More access asked for ${agent}`,
        sentence: `${inertLine(facts.requestedBy ?? 'Somebody')} asks that ${agent} uses ${policyOf(told)} for ${minutesOf(told)}.`,
        facts: [
          ['Reason', inertLine(facts.reason ?? '', 500)],
          ['Now', facts.currentPolicy === null ? 'no policy' : inertLine(facts.currentPolicy)],
          ['Time left', `${daysLeft(leftMs)}, until ${due}. Until somebody agrees nothing changes.`],
          ['Who decides', 'A person with the role Approver; never the one who asked, nor the owner of the agent.'],
          owner,
          why,
        ],
        link: { label: 'Review the request', url: told.url },
      };
    case 'access_decided':
      return {
        title: `${DECIDED[facts.status] ?? 'Decided'}: more access for ${agent}`,
        sentence: `${inertLine(facts.requestedBy ?? 'Somebody')} had asked that ${agent} uses ${policyOf(told)} for ${minutesOf(told)}.`,
        facts: [['Outcome', outcomeOf(told)], owner, why],
        link: { label: 'Open the agent', url: told.url },
      };
    case 'review_overdue':
      return {
        title: `Review overdue: ${agent}`,
        sentence: `Nobody has confirmed since ${due} that ${agent} is still needed with the access it has.`,
        facts: [['Overdue', daysLeft(-leftMs)], owner, why],
        link: { label: 'Review the agent', url: told.url },
      };
    case 'grant_expiring':
      return {
        title: `A grant of ${agent} is about to end`,
        sentence: `The grant of ${agent} for ${inertLine(facts.server ?? '')} ends in ${daysLeft(leftMs)}. After that its calls are refused.`,
        facts: [['Ends', due], ['Policy', facts.policy === null ? 'none' : inertLine(facts.policy)], owner, why],
        link: { label: 'Open the agent', url: told.url },
      };
  }
}

const DECIDED: Record<string, string> = { approved: 'Given', denied: 'Denied', withdrawn: 'Taken back' };

function policyOf({ facts }: AccessNotification): string {
  return `the policy ${inertLine(facts.policy ?? '')} on ${inertLine(facts.server ?? '')}`;
}

function minutesOf({ facts }: AccessNotification): string {
  return timeLeft((facts.minutes ?? 0) * 60_000);
}

function outcomeOf({ facts, timeZone }: AccessNotification): string {
  const by = facts.decidedBy === null ? '' : ` by ${inertLine(facts.decidedBy)}`;
  const why = facts.decidedReason === null ? '' : `: ${inertLine(facts.decidedReason, 1_000)}`;
  if (facts.status === 'approved') return `Given${by}, until ${clockTime(facts.dueAt, timeZone)}. Then the grant falls back by itself.`;
  return facts.status === 'denied' ? `Denied${by}${why}` : `Taken back${by}${why}`;
}
