import { describe, expect, it } from 'vitest';
import { addWhen, rateToLimit, setApproval, setLimit } from '@/components/policies/builder/approval-edits';
import { argumentPaths, optionFor } from '@/components/policies/builder/argument-paths';
import {
  addCondition,
  firstCondition,
  makeBetween,
  setOrRemove,
  takeLiteral,
  takeOperator,
  takePath,
} from '@/components/policies/builder/rule-edits';
import { operatorMenu } from '@/components/policies/builder/typed-operators';
import { blockOf, edited, errorsOf, first, viewOf } from './builder-world';

const declared = argumentPaths({
  properties: {
    amount: { type: 'integer', minimum: 0, maximum: 900 },
    currency: { enum: ['EUR', 'USD'] },
    reason: { type: 'string' },
  },
});
const option = (path: string) => optionFor(path, declared);
/** A policy whose tool `pay` has this body, with comments around that every edit has to leave alone. */
const policy = (body: string) => `{
  // kept
  "version": "1", "default":   "deny",
  "tools": {
    "other": {}, // kept too
    "pay": ${body}
  }
}
`;
const pay = (text: string) => blockOf(viewOf(text), 'pay');
/** The body of `pay` in a text of which nothing else changed. */
function bodyOf(text: string): string {
  const [before = '', after = ''] = policy('\u0000').split('\u0000');
  expect(text.startsWith(before) && text.endsWith(after)).toBe(true);
  expect(errorsOf(text)).toEqual([]);
  return text.slice(before.length, text.length - after.length);
}

describe('editing one condition', () => {
  const text = policy('{ "deny_if": [{ "path": "args.amount",   "op": "gt", "value": 500 /* cents */ }] }');
  const condition = first(first(pay(text).deny_if).conditions);

  it('writes a number with the digits that were typed', () => {
    const price = takeLiteral('/tools/pay/deny_if/0/value', '1e3');
    expect(bodyOf(edited(text, price))).toBe('{ "deny_if": [{ "path": "args.amount",   "op": "gt", "value": 1e3 /* cents */ }] }');
    expect(edited(text, takeLiteral('/tools/pay/deny_if/0/value', '10.50'))).toContain('"value": 10.50 /* cents */');
  });

  it('changes the operator alone while the value fits it', () => {
    const menu = operatorMenu(option('args.amount'));
    const lte = menu.fitting.find((entry) => entry.op === 'lte');
    if (lte === undefined) throw new Error('not offered');
    expect(bodyOf(edited(text, takeOperator(condition, lte, option('args.amount'))))).toBe(
      '{ "deny_if": [{ "path": "args.amount",   "op": "lte", "value": 500 /* cents */ }] }',
    );
  });

  it('takes another argument with an operator and a value that fit its type', () => {
    const next = edited(text, takePath(condition, option('args.currency')));
    expect(bodyOf(next)).toContain('"path": "args.currency"');
    expect(first(first(pay(next).deny_if).conditions)).toMatchObject({ op: 'eq' });
  });

  it('makes two bounds of `is between`, in one rule', () => {
    const next = edited(text, makeBetween(first(pay(text).deny_if), condition, option('args.amount')));
    expect(bodyOf(next)).toContain('/* cents */');
    expect(first(pay(next).deny_if).conditions.map(({ op, value }) => [op, value])).toEqual([
      ['gte', 500],
      ['lte', 900],
    ]);
  });
});

describe('adding a condition to a rule', () => {
  it('makes a group of one condition without touching its characters, and moves what belongs to the whole rule', () => {
    const text = policy(
      '{ "deny_if": [{ "path": "args.amount", /* why */ "op": "gt", "value": 500, "on_deny": "Too much.", "name": "cap", "mode": "observe" }] }',
    );
    const next = edited(text, addCondition(first(pay(text).deny_if), { path: 'args.currency', op: 'eq', value: 'USD' }));
    expect(bodyOf(next)).toContain('{ "path": "args.amount", /* why */ "op": "gt", "value": 500');
    const rule = first(pay(next).deny_if);
    expect(rule).toMatchObject({ form: 'group', on_deny: 'Too much.', name: 'cap', mode: 'observe' });
    expect(rule.conditions.map((one) => one.path)).toEqual(['args.amount', 'args.currency']);
  });

  it('appends to a group', () => {
    const text = policy('{ "require": [{ "conditions": [{ "path": "args.reason", "op": "exists", "value": true }], "name": "why" }] }');
    const next = edited(text, addCondition(first(pay(text).require), { path: 'args.amount', op: 'lt', value: 5 }));
    expect(bodyOf(next)).toContain('"name": "why"');
    expect(first(pay(next).require).conditions.length).toBe(2);
  });

  it('starts with a condition that the engine takes, for every argument and every lane', () => {
    for (const one of [...declared, undefined])
      for (const stage of ['require', 'deny_if', 'when'] as const) {
        const condition = firstCondition(one, stage);
        const body = stage === 'when' ? { approval: { when: [condition] } } : { [stage]: [condition] };
        expect([stage, one?.path, errorsOf(policy(JSON.stringify(body)))]).toEqual([stage, one?.path, []]);
      }
  });
});

describe('limits and rates', () => {
  it('leave a short rate short as long as it can say what is set', () => {
    const text = policy('{ "rate_limit": "10/minute" }');
    const rate = pay(text).rate_limit;
    if (rate === null) throw new Error('no rate');
    expect(bodyOf(edited(text, setLimit(rate, 'max', '7')))).toBe('{ "rate_limit": "7/minute" }');
    expect(bodyOf(edited(text, setLimit(rate, 'window', '"hour"')))).toBe('{ "rate_limit": "10/hour" }');
    for (const [key, literal] of [
      ['scope', '"agent"'],
      ['align', '"sliding"'],
      ['on_deny', '"Wait."'],
      ['mode', '"observe"'],
    ] as const) {
      const next = edited(text, setLimit(rate, key, literal));
      bodyOf(next);
      expect(pay(next).rate_limit).toMatchObject({ form: 'rate', max: '10', [key]: JSON.parse(literal) });
    }
  });

  it('make a limit of a rate that needs a counter, with everything that it said', () => {
    const text = policy(
      '{ "rate_limit": { "max": 10, "window": 60, "scope": "agent", "align": "sliding", "on_deny": "Wait.", "mode": "observe" } }',
    );
    const block = pay(text);
    if (block.rate_limit === null) throw new Error('no rate');
    const next = edited(text, rateToLimit(block, block.rate_limit, 'pays'));
    bodyOf(next);
    expect(pay(next).rate_limit).toBe(null);
    expect(first(pay(next).limits)).toMatchObject({
      counter: 'pays',
      max: '10',
      window: '60s',
      scope: 'agent',
      align: 'sliding',
      on_deny: 'Wait.',
      mode: 'observe',
    });
  });
});

describe('approvals', () => {
  it('become an object only when there is something to say, from each of their short forms', () => {
    for (const body of ['{ "approval": true }', '{ "action": "approve" }', '{ "approval": {} }']) {
      const text = policy(body);
      for (const [key, value] of [
        ['count', 2],
        ['approvers', ['role:admin']],
        ['expires', '30m'],
        ['reuse', '15m'],
        ['mode', 'observe'],
      ] as const) {
        const next = edited(text, setApproval(pay(text), key, value as never));
        bodyOf(next);
        expect([body, key, pay(next).approval?.form]).toEqual([body, key, 'object']);
      }
    }
  });

  it('ask only under a condition from then on, so `action: approve` goes', () => {
    const text = policy('{ "action": "approve", "reason": "Money." }');
    const next = edited(text, addWhen(pay(text), { path: 'args.amount', op: 'gt', value: 100 }));
    expect(bodyOf(next)).toBe('{ "reason": "Money.", "approval": { "when": [{ "path": "args.amount", "op": "gt", "value": 100 }] } }');
  });

  it('lose a key that says nothing any more, and nothing else', () => {
    const text = policy('{ "approval": { "count": 2, /* two */ "expires": "5m" } }');
    expect(bodyOf(edited(text, setOrRemove('/tools/pay/approval/expires', null)))).toContain('"count": 2');
    expect(edited(text, setOrRemove('/tools/pay/approval/reuse', null))).toBe(text);
  });
});
