import { describe, expect, it } from 'vitest';
import { inertLine } from '@/lib/domain/notification/inert-line';
import { mailMessage } from '@/lib/domain/notification/mail-message';
import {
  type AccessNotification,
  type ApprovalNotification,
  type NotificationFacts,
  sampleFacts,
} from '@/lib/domain/notification/notification-event';
import { notificationWords } from '@/lib/domain/notification/notification-words';
import { slackMessage } from '@/lib/domain/notification/slack-message';
import { timeLeft } from '@/lib/domain/notification/time-left';
import { TOLD_CHARACTERS_MAX, toldArguments } from '@/lib/domain/notification/told-arguments';
import { webhookBody } from '@/lib/domain/notification/webhook-body';

const AT = Date.UTC(2026, 10, 26, 4, 0, 0);
const HOSTILE =
  '<!channel> <https://evil.example|Approve> *bold* "\'><script>alert(1)</script>\u202egnp\u200b\r\nBcc: eve@example.com &amp;';

function told(change: Partial<Omit<ApprovalNotification, 'facts'>> & { facts?: Partial<NotificationFacts> } = {}): ApprovalNotification {
  return {
    id: 'ntf_1',
    event: 'requested',
    at: new Date(AT).toISOString(),
    now: new Date(AT + 60_000).toISOString(),
    timeZone: 'UTC',
    arguments: { included: false, why: 'Arguments are shown in the console only.' },
    url: 'https://gate.example.com/approvals/apr_1',
    channel: { name: 'Oncall', servers: ['stripe-prod'], minimumRisk: 'high' },
    ...change,
    facts: { ...sampleFacts(AT), id: 'apr_1', agent: 'support-bot', server: 'stripe-prod', message: null, ...change.facts },
  };
}
const hostile = (event: ApprovalNotification['event']) =>
  told({
    event,
    arguments: { included: true, text: HOSTILE, truncated: false },
    facts: {
      ...{
        agent: HOSTILE,
        server: HOSTILE,
        tool: HOSTILE,
        innerTool: HOSTILE,
        owner: HOSTILE,
        purpose: HOSTILE,
        policy: HOSTILE,
        rule: HOSTILE,
      },
      ...{ message: HOSTILE, approvers: [`user:${HOSTILE}`], status: 'denied', decidedBy: HOSTILE, decidedReason: HOSTILE },
    },
  });

describe('the words', () => {
  it('say who wants what, the risk, the rule, the time left, who decides and why one is told', () => {
    const words = notificationWords(told());
    expect(words.title).toBe('Approval needed for support-bot: create_refund');
    expect(words.sentence).toBe('support-bot wants to call create_refund on stripe-prod.');
    expect(Object.fromEntries(words.facts)).toMatchObject({
      Risk: 'High (financial)',
      Rule: 'example-policy v1, /tools/create_refund/approval',
      'Time left': '9 min, until 26 Nov 2026, 04:10 UTC. After that it is denied.',
      'Who decides': 'A person with the role Approver; never the owner of the agent, owner@example.com.',
      'Why you': 'The channel "Oncall" hears of requests on stripe-prod, risk high or more.',
    });
    expect(words.link).toEqual({ label: 'Review the request', url: 'https://gate.example.com/approvals/apr_1' });
  });

  it('call an expired request denied, and never approved', () => {
    const words = notificationWords(told({ event: 'expired', facts: { status: 'expired' } }));
    expect(words.title).toContain('Denied, because nobody decided in time');
    expect(JSON.stringify(words)).toContain('the call was denied. It was not made.');
    expect(JSON.stringify(words)).not.toMatch(/approved/i);
  });

  it('say who decided and why', () => {
    const denied = notificationWords(
      told({ event: 'decided', facts: { status: 'denied', decidedBy: 'Ben', decidedReason: 'wrong customer' } }),
    );
    expect(Object.fromEntries(denied.facts).Outcome).toBe('Denied by Ben: wrong customer');
    const approved = notificationWords(told({ event: 'decided', facts: { status: 'approved', decidedBy: 'Ben' } }));
    expect([approved.title, Object.fromEntries(approved.facts).Outcome]).toEqual([
      'Approved: support-bot: create_refund',
      'Approved by Ben. One identical call is let through.',
    ]);
  });

  it('write times that people read', () => {
    expect([-5, 41_900, 600_000, 3 * 3_600_000 + 60_000].map(timeLeft)).toEqual(['0 s', '41 s', '10 min', '3 h 1 min']);
  });
});

describe('hostile text', () => {
  it('becomes one visible line', () => {
    expect(inertLine('a\u202eb\u200bc\u0000d\r\ne\ud800')).toBe('a[U+202E]b[U+200B]c[U+0000]d e[U+D800]');
    expect(inertLine('x'.repeat(300), 10)).toBe('xxxxxxxxx…');
  });

  it.each(['requested', 'decided', 'escalated'] as const)('means nothing in a Slack message of %s', (event) => {
    const message = JSON.parse(slackMessage(hostile(event)));
    expect(message.text).not.toMatch(/<|>/);
    expect(message.text).toContain('&lt;!channel&gt;');
    const markdown: string[] = [];
    const collect = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return;
      if ((value as { type?: unknown }).type === 'mrkdwn') markdown.push((value as { text: string }).text);
      for (const member of Object.values(value)) collect(member);
    };
    collect(message.blocks);
    expect(markdown).toEqual([expect.stringMatching(/^<https:\/\/gate\.example\.com\/approvals\/apr_1\|(Review|Open) the request>$/)]);
    // Links only: nothing in it can be pressed to decide.
    expect(JSON.stringify(message)).not.toMatch(/"type":"(button|actions|input)"/);
    for (const block of message.blocks) {
      expect(block.text?.text.length ?? 0).toBeLessThanOrEqual(3_000);
      for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2_000);
    }
    expect(message.blocks[0].text.text.length).toBeLessThanOrEqual(150);
  });

  it('means nothing in a mail, neither in its HTML nor in its subject', () => {
    const { subject, text, html } = mailMessage(hostile('decided'));
    expect(subject).not.toMatch(/[\r\n\u202e\u200b]/);
    expect(html.match(/<script|<https|<!channel/g)).toBeNull();
    expect(html.match(/<a /g)).toHaveLength(1);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text + html).not.toMatch(/[\u202e\u200b]/);
    expect(html).toContain('href="https://gate.example.com/approvals/apr_1"');
  });

  it('is plain JSON in a webhook', () => {
    const body = JSON.parse(webhookBody(hostile('decided')));
    expect(body).toMatchObject({
      id: 'ntf_1',
      type: 'approval.decided',
      time: '2026-11-26T04:00:00.000Z',
      approval: { agent: HOSTILE, url: told().url },
    });
  });
});

describe('arguments', () => {
  const never = (): string => {
    throw new Error('read without leave');
  };
  it('are not even read without leave of the channel and the server', () => {
    expect(toldArguments({ includeArguments: false, keepArguments: true }, never).included).toBe(false);
    expect(toldArguments({ includeArguments: true, keepArguments: false }, never).included).toBe(false);
    expect(toldArguments({ includeArguments: true, keepArguments: true }, () => null).included).toBe(false);
  });

  it('are cut with a note', () => {
    const cut = toldArguments({ includeArguments: true, keepArguments: true }, () => `{"note":"${'x'.repeat(5_000)}"}`);
    expect(cut).toMatchObject({ included: true, truncated: true, text: expect.stringMatching(new RegExp(`^.{${TOLD_CHARACTERS_MAX}}$`)) });
    expect(mailMessage(told({ arguments: cut })).text).toContain('the first 2000 characters, more in the console');
  });
});

describe('messages about agents and grants', () => {
  const about = (event: AccessNotification['event'], text = 'x'): AccessNotification => ({
    id: 'ntf_2',
    event,
    at: new Date(AT).toISOString(),
    now: new Date(AT).toISOString(),
    timeZone: 'UTC',
    arguments: { included: false, why: 'It is about no call.' },
    url: 'https://gate.example.com/approvals',
    channel: { name: 'Oncall', servers: [], minimumRisk: 'low' },
    facts: {
      ...{
        id: 'elv_1',
        agent: `bot${text}`,
        owner: `ann${text}`,
        server: `shop${text}`,
        policy: `break-glass${text}`,
        currentPolicy: `main${text}`,
      },
      ...{
        minutes: 60,
        reason: `incident${text}`,
        requestedBy: `Ben${text}`,
        status: 'denied',
        decidedBy: `Cleo${text}`,
        decidedReason: `no${text}`,
      },
      dueAt: new Date(AT + 3 * 86_400_000).toISOString(),
    },
  });

  it('say who asks for what, until when, and what became of it', () => {
    expect(notificationWords(about('access_requested', '')).sentence).toBe(
      'Ben asks that bot uses the policy break-glass on shop for 60 min.',
    );
    expect(Object.fromEntries(notificationWords(about('access_decided', '')).facts).Outcome).toBe('Denied by Cleo: no');
    expect(notificationWords(about('grant_expiring', '')).sentence).toMatch(/ends in 3 days\. After that its calls are refused/);
    expect(notificationWords(about('review_overdue', '')).title).toBe('Review overdue: bot');
    expect(JSON.parse(webhookBody(about('access_requested', '')))).toMatchObject({
      type: 'access.requested',
      access: { id: 'elv_1', minutes: 60 },
    });
  });

  it('tell people times by the clock of the workspace at that time, and programs in UTC', () => {
    const ends = (timeZone: string, dueAt: string) => {
      const one = about('grant_expiring', '');
      return Object.fromEntries(notificationWords({ ...one, timeZone, facts: { ...one.facts, dueAt } }).facts).Ends;
    };
    expect(ends('UTC', '2026-11-29T04:00:00.000Z')).toBe('29 Nov 2026, 04:00 UTC');
    expect(ends('Europe/Berlin', '2026-11-29T23:30:00.000Z')).toBe('30 Nov 2026, 00:30 UTC+1');
    expect(ends('Europe/Berlin', '2027-03-28T01:00:00.000Z')).toBe('28 Mar 2027, 03:00 UTC+2');
    expect(ends('America/New_York', '2026-11-29T04:00:00.000Z')).toBe('28 Nov 2026, 23:00 UTC−5');
    expect(ends('Asia/Kolkata', '2026-11-29T04:00:00.000Z')).toBe('29 Nov 2026, 09:30 UTC+5:30');
    expect(ends('Australia/Lord_Howe', '2027-06-01T04:00:00.000Z')).toBe('1 Jun 2027, 14:30 UTC+10:30');
    const asked = { ...about('access_requested', ''), timeZone: 'Asia/Kolkata' };
    expect(mailMessage(asked).text).toContain('until 29 Nov 2026, 09:30 UTC+5:30. Until somebody agrees');
    expect(JSON.parse(webhookBody(asked)).access.dueAt).toBe('2026-11-29T04:00:00.000Z');
  });

  it('are as inert as the others', () => {
    for (const event of ['access_requested', 'access_decided', 'review_overdue', 'grant_expiring'] as const) {
      const one = about(event, HOSTILE);
      const mail = mailMessage(one);
      expect(mail.html).not.toContain('<script');
      expect(mail.subject).not.toMatch(/[\r\n\u202e]/);
      expect(JSON.parse(slackMessage(one)).text).not.toContain('<');
    }
  });
});
