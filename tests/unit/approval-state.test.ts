import { describe, expect, it } from 'vitest';
import {
  type ApprovalBinding,
  bindingText,
  differenceSentence,
  differencesBetween,
  subjectText,
} from '@/lib/domain/approval/approval-binding';
import { APPROVAL_STATUSES, type ApprovalEvent, type ApprovalState, advance, isOver } from '@/lib/domain/approval/approval-state';
import { pausedUntilMs, reuseMs } from '@/lib/domain/approval/approval-terms';
import { type Decider, eligibilityOf, whoCan } from '@/lib/domain/approval/eligibility';

const EVENTS: readonly ApprovalEvent[] = [
  { kind: 'approve', by: 'usr_ben' },
  { kind: 'deny', by: 'usr_ben' },
  { kind: 'expire' },
  { kind: 'consume' },
  { kind: 'withdraw' },
  { kind: 'change' },
];
const stateOf = (status: ApprovalState['status'], change: Partial<ApprovalState> = {}): ApprovalState => ({
  status,
  votesNeeded: 1,
  approvedBy: [],
  ...change,
});

describe('the states of an approval', () => {
  it('never lead from anything but an approval to its use', () => {
    for (const status of APPROVAL_STATUSES) {
      const next = advance(stateOf(status), { kind: 'consume' });
      expect(next.ok, status).toBe(status === 'approved');
    }
  });

  it('end: what is over stays over, whatever comes', () => {
    for (const status of APPROVAL_STATUSES.filter(isOver))
      for (const event of EVENTS) expect(advance(stateOf(status), event), `${status} ${event.kind}`).toEqual({ ok: false, error: 'over' });
  });

  it('need as many different people as the rule demands: one person twice is one', () => {
    const first = advance(stateOf('pending', { votesNeeded: 2 }), { kind: 'approve', by: 'usr_ben' });
    if (!first.ok) throw new Error(first.error);
    expect(first.value).toMatchObject({ status: 'pending', approvedBy: ['usr_ben'] });
    expect(advance(first.value, { kind: 'approve', by: 'usr_ben' })).toEqual({ ok: false, error: 'voted_already' });
    expect(advance(first.value, { kind: 'consume' })).toEqual({ ok: false, error: 'not_approved' });
    expect(advance(first.value, { kind: 'deny', by: 'usr_cleo' })).toMatchObject({ ok: true, value: { status: 'denied' } });
    expect(advance(first.value, { kind: 'approve', by: 'usr_cleo' })).toMatchObject({ ok: true, value: { status: 'approved' } });
  });

  it('turn no approval into a denial: whoever comes second hears that it is decided', () => {
    expect(advance(stateOf('approved'), { kind: 'deny', by: 'usr_cleo' })).toEqual({ ok: false, error: 'over' });
  });
});

describe('what an approval is bound to', () => {
  const binding: ApprovalBinding = {
    agent: 'agt_1',
    server: 'srv_1',
    tools: ['call_tool', 'delete_db'],
    arguments: 'a'.repeat(64),
    inputs: null,
    definitions: ['b'.repeat(64), 'c'.repeat(64)],
    policy: { id: 'pol_1', version: 41 },
    grant: { id: 'grt_1', scopes: ['refunds'], purpose: 'support' },
    demand: { rule: '/tools/call_tool/approval', approvers: ['role:approver'], count: 1 },
    risk: { category: 'destructive', level: 'high' },
  };
  const CHANGES: Record<string, Partial<ApprovalBinding>> = {
    agent: { agent: 'agt_2' },
    server: { server: 'srv_2' },
    tool: { tools: ['call_tool', 'drop_db'] },
    arguments: { arguments: 'f'.repeat(64) },
    inputs: { inputs: 'f'.repeat(64) },
    definition: { definitions: ['b'.repeat(64), null] },
    policy: { policy: { id: 'pol_1', version: 42 } },
    rule: { demand: { rule: '/tools/call_tool/approval', approvers: ['role:approver'], count: 2 } },
    risk: { risk: { category: 'destructive', level: 'critical' } },
    grant: { grant: { id: 'grt_1', scopes: ['refunds', 'admin'], purpose: 'support' } },
  };

  it.each(Object.entries(CHANGES))('includes the %s: another one is another digest, and the difference is named', (what, change) => {
    const changed = { ...binding, ...change };
    expect(bindingText(changed)).not.toBe(bindingText(binding));
    const differences = differencesBetween(binding, changed);
    expect(differences.map((difference) => difference.what)).toEqual([what]);
    expect(differences.map(differenceSentence).join()).toMatch(/ now; .* was shown\.$/);
  });

  it('is the same text for the same call, and its subject leaves the configuration out', () => {
    expect(bindingText({ ...binding })).toBe(bindingText(binding));
    expect(differencesBetween(binding, binding)).toEqual([]);
    expect(subjectText({ ...binding, ...CHANGES.policy })).toBe(subjectText(binding));
    expect(subjectText({ ...binding, ...CHANGES.arguments })).not.toBe(subjectText(binding));
  });
});

describe('who may decide', () => {
  const ben: Decider = { kind: 'user', id: 'usr_ben', role: 'approver', email: 'ben@example.com' };
  const facts = { approvers: ['role:approver'], votesNeeded: 1, owners: ['ann@example.com'], approvedBy: [] };

  it('is whom the rule names, by role or by person, and admins for any role', () => {
    expect(eligibilityOf(ben, facts)).toMatchObject({ may: true });
    expect(eligibilityOf({ ...ben, role: 'admin' }, facts)).toMatchObject({ may: true });
    expect(eligibilityOf({ ...ben, role: 'viewer' }, facts)).toMatchObject({ may: false, why: expect.stringContaining('role Approver') });
    expect(eligibilityOf({ ...ben, role: 'viewer' }, { ...facts, approvers: ['user:Ben@Example.com'] })).toMatchObject({ may: true });
    expect(eligibilityOf({ ...ben, role: 'admin' }, { ...facts, approvers: ['user:cleo@example.com'] })).toMatchObject({ may: false });
  });

  it('is never the owner of the agent, not as admin and not when named', () => {
    for (const approvers of [['role:approver'], ['user:ben@example.com']])
      expect(eligibilityOf({ ...ben, role: 'admin' }, { ...facts, approvers, owners: ['BEN@example.com'] })).toMatchObject({
        may: false,
        why: expect.stringContaining('own'),
      });
  });

  it('is nobody twice, and no management key where several people have to agree', () => {
    expect(eligibilityOf(ben, { ...facts, votesNeeded: 2, approvedBy: ['usr_ben'] })).toMatchObject({ may: false });
    const key: Decider = { kind: 'key', id: 'key_1', role: 'admin', email: null };
    expect(eligibilityOf(key, facts)).toMatchObject({ may: true });
    expect(eligibilityOf(key, { ...facts, votesNeeded: 2 })).toMatchObject({ may: false });
  });

  it('is said in words', () => {
    expect(whoCan(['role:approver', 'user:cfo@example.com'])).toBe('A person with the role Approver or cfo@example.com');
    expect(whoCan([])).toBe('Nobody');
  });
});

describe('terms', () => {
  const denied = (atMs: number) => ({ denied: true, atMs });
  it('pause an agent after three denials in a row within half an hour, counted from the last', () => {
    const minute = 60_000;
    expect(pausedUntilMs([denied(20 * minute), denied(10 * minute), denied(0)])).toBe(50 * minute);
    expect(pausedUntilMs([denied(40 * minute), denied(10 * minute), denied(0)])).toBeNull();
    expect(pausedUntilMs([denied(2), { denied: false, atMs: 1 }, denied(0)])).toBeNull();
    expect(pausedUntilMs([denied(1), denied(0)])).toBeNull();
  });

  it('read how long a policy lets the same arguments stay approved', () => {
    expect([reuseMs('once'), reuseMs('900s')]).toEqual([0, 900_000]);
  });
});
