import { describe, expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';

const problemsOf = (rest: Record<string, Json>) =>
  compilePolicy(JSON.stringify({ version: '1', default: 'deny', ...rest }), null).problems.map(({ code, path, hint }) => [
    code,
    path,
    hint ?? '',
  ]);
const tool = (block: Json) => problemsOf({ tools: { a: block } });
const condition = (value: Record<string, Json>) => tool({ require: [value] });
const limit = (value: Record<string, Json>) => tool({ limits: [{ counter: 'c', window: 'day', max: 1, ...value }] });
const R = '/tools/a/require/0';
const L = '/tools/a/limits/0';

describe('what is not of the language is an error with a hint', () => {
  it.each<[string, string[][], string, string, RegExp]>([
    ['an unknown key of the policy', problemsOf({ tool: {} }), 'key.unknown', '/tool', /tools/],
    ['an unknown key of a tool', tool({ denyif: [] }), 'key.unknown', '/tools/a/denyif', /`deny_if`/],
    ['dispatch in all_tools', problemsOf({ all_tools: { dispatch: false } }), 'key.unknown', '/all_tools/dispatch', /known are/],
    ['an unknown class of risk', problemsOf({ risk: { finacial: {} } }), 'key.unknown', '/risk/finacial', /`financial`/],
    ['an unknown operator', condition({ path: 'args.a', op: 'equals', value: 1 }), 'op.unknown', `${R}/op`, /one of/],
    ['a near operator', condition({ path: 'args.a', op: 'start_with', value: 'x' }), 'op.unknown', `${R}/op`, /`starts_with`/],
    ['an unknown root', condition({ path: 'arguments.a', op: 'eq', value: 1 }), 'path.wrong', `${R}/path`, /./],
    ['an unknown field', condition({ path: 'agent.environmnt', op: 'eq', value: 1 }), 'path.wrong', `${R}/path`, /agent\.environment/],
    ['something below a scalar', condition({ path: 'tool.name.x', op: 'eq', value: 1 }), 'path.wrong', `${R}/path`, /^$/],
    ['a star as a key', condition({ path: 'args.items.*.x', op: 'eq', value: 1 }), 'path.wrong', `${R}/path`, /\[\*\]/],
    ['any depth in a condition', condition({ path: 'args.**.x', op: 'eq', value: 1 }), 'path.wrong', `${R}/path`, /\[\*\]/],
    ['a missing value', condition({ path: 'args.a', op: 'exists' }), 'key.missing', R, /^$/],
    ['text as a bound', condition({ path: 'args.a', op: 'lt', value: '100' }), 'value.wrong', `${R}/value`, /quotes/],
    ['a time without an offset', condition({ path: 'time.iso', op: 'lt', value: '2026-11-20T09:00:00' }), 'value.wrong', `${R}/value`, /./],
    ['a day that no month has', condition({ path: 'time.iso', op: 'lt', value: '2026-02-30' }), 'value.wrong', `${R}/value`, /./],
    [
      'one literal instead of a list',
      condition({ path: 'args.a', op: 'in', value: 'acme' }),
      'value.wrong',
      `${R}/value`,
      /\["acme"\]|args\.acme/,
    ],
    ['a back-reference', condition({ path: 'args.a', op: 'regex', value: '(a)\\1' }), 'value.wrong', `${R}/value`, /RE2/],
    ['a look-ahead', condition({ path: 'args.a', op: 'regex', value: 'a(?=b)' }), 'value.wrong', `${R}/value`, /RE2/],
    ['a repeat bomb', condition({ path: 'args.a', op: 'regex', value: '(a{1000}){1000}' }), 'value.wrong', `${R}/value`, /./],
    ['a pattern of 10 KiB', condition({ path: 'args.a', op: 'regex', value: 'a'.repeat(10_240) }), 'value.wrong', `${R}/value`, /split/],
    ['an unknown type', condition({ path: 'args.a', op: 'type', value: 'float' }), 'value.wrong', `${R}/value`, /^$/],
    ['a negative length', condition({ path: 'args.a', op: 'length_lte', value: -1 }), 'value.wrong', `${R}/value`, /^$/],
    ['a network with host bits', condition({ path: 'args.a', op: 'cidr', value: ['10.0.0.1/8'] }), 'value.wrong', `${R}/value`, /zero/],
    [
      'a URL instead of a host',
      condition({ path: 'args.a', op: 'host_in', value: ['https://a.example'] }),
      'value.wrong',
      `${R}/value`,
      /only the host/,
    ],
    ['a relative directory', condition({ path: 'args.a', op: 'path_within', value: 'work' }), 'value.wrong', `${R}/value`, /./],
    [
      'a schema with an unknown keyword',
      condition({ path: 'args', op: 'matches_schema', value: { propertees: {} } }),
      'value.wrong',
      `${R}/value`,
      /^$/,
    ],
    [
      'a schema that refers elsewhere',
      condition({ path: 'args', op: 'matches_schema', value: { $ref: 'https://x.example/s' } }),
      'value.wrong',
      `${R}/value`,
      /^$/,
    ],
    [
      'an unknown time zone',
      condition({ path: 'time.hour', op: 'eq', value: 1, timezone: 'Mars/Olympus' }),
      'timezone.unknown',
      `${R}/timezone`,
      /Europe/,
    ],
    ['an unknown weekday', condition({ path: 'time.weekday', op: 'in', value: ['mon', 'fry'] }), 'value.wrong', `${R}/value`, /monday/],
    [
      'a sentence inside a group',
      tool({ deny_if: [{ conditions: [{ path: 'args.a', op: 'eq', value: 1, on_deny: 'x' }] }] }),
      'key.misplaced',
      '/tools/a/deny_if/0/conditions/0/on_deny',
      /beside/,
    ],
    ['a maximum of zero', limit({ max: 0 }), 'number.range', `${L}/max`, /deny/],
    ['a maximum with a fraction', limit({ max: 1.5 }), 'number.range', `${L}/max`, /deny/],
    ['a maximum as text', limit({ max: '10' }), 'type.wrong', `${L}/max`, /^$/],
    ['an unknown window', limit({ window: 'minutes' }), 'window.unknown', `${L}/window`, /`minute`/],
    ['a window of zero', limit({ window: '0s' }), 'window.unknown', `${L}/window`, /90s/],
    ['a window of years', limit({ window: '9999d' }), 'window.unknown', `${L}/window`, /90s/],
    ['an unknown scope', limit({ scope: 'user' }), 'scope.unknown', `${L}/scope`, /one of/],
    ['a scope of every element', limit({ scope: 'args.items[*].id' }), 'path.wrong', `${L}/scope`, /^$/],
    ['an unknown alignment', limit({ align: 'rolling' }), 'align.unknown', `${L}/align`, /./],
    ['a month that slides', limit({ window: 'month', align: 'sliding' }), 'window.sliding_month', `${L}/window`, /30d/],
    ['two increments', limit({ increment: 2, increment_from: 'args.a' }), 'limit.increment', `${L}/increment_from`, /remove/],
    ['an increment from the agent', limit({ increment_from: 'agent.name' }), 'path.wrong', `${L}/increment_from`, /args/],
    ['a rate without a window', tool({ rate_limit: '10' }), 'limit.rate', '/tools/a/rate_limit', /^$/],
    ['a rate of zero', tool({ rate_limit: '0/minute' }), 'limit.rate', '/tools/a/rate_limit', /^$|./],
    ['nobody to approve', tool({ approval: { approvers: [] } }), 'approver.none', '/tools/a/approval/approvers', /deny/],
    [
      'an approver without a kind',
      tool({ approval: { approvers: ['bob'] } }),
      'approver.unknown',
      '/tools/a/approval/approvers/0',
      /role:/,
    ],
    ['dispatch true', tool({ dispatch: true }), 'type.wrong', '/tools/a/dispatch', /^$/],
    ['redaction of the agent', tool({ redact: ['agent.name'] }), 'path.wrong', '/tools/a/redact/0', /args/],
    ['a tool that is text', tool('deny'), 'type.wrong', '/tools/a', /^$/],
    ['an empty sentence', tool({ action: 'deny', reason: '' }), 'text.blank', '/tools/a/reason', /remove/],
    ['an empty name of a tool', problemsOf({ tools: { '': {} } }), 'tool.name', '/tools/', /^$/],
  ])('%s', (_name, problems, code, path, hint) => {
    expect(problems.map(([found, at]) => [found, at])).toEqual([[code, path]]);
    expect(problems[0]?.[2]).toMatch(hint);
  });

  it('what is missing is said at the object', () => {
    expect(compilePolicy('{}', null).problems.map(({ code, path, message }) => [code, path, message.slice(0, 20)])).toEqual([
      ['key.missing', '', '`version` is missing'],
      ['key.missing', '', '`default` is missing'],
    ]);
  });
});

describe('what is of the language is accepted', () => {
  it.each<[string, string[][]]>([
    [
      "keys of one's own everywhere",
      problemsOf({
        'x-owner': 1,
        $schema: '/schemas/policy-v1.json',
        all_tools: { 'x-a': {} },
        tools: { a: { 'x-note': [], require: [{ path: 'args.a', op: 'eq', value: 1, 'x-b': 1 }] } },
      }),
    ],
    [
      'every window',
      tool({
        limits: ['second', 'minute', 'hour', 'day', 'week', 'month', '90s', '15m', '2h', '7d', '1w'].map((window, i) => ({
          counter: `c${i}`,
          window,
          max: i + 1,
          scope: ['grant', 'agent', 'owner', 'server', 'policy', 'session', 'args.a'][i % 7] ?? 'grant',
        })),
      }),
    ],
    [
      'every short form',
      problemsOf({
        tools: {
          a: { rate_limit: { max: 10, window: 60 } },
          b: { rate_limit: '10/minute' },
          c: { rate_limit: { max: 5, window: 'day', scope: 'agent' } },
          d: { action: 'approve' },
          e: { approval: true },
          f: { approval: null },
          g: { action: 'deny', reason: 'x' },
        },
      }),
    ],
    [
      'the shape that the documentation shows',
      compilePolicy(DOCUMENTED(), null)
        .problems.map(({ code }) => [code])
        .filter(([code]) => code !== 'approval.always'),
    ],
  ])('%s', (_name, problems) => {
    expect(problems.filter(([code]) => !String(code).startsWith('limit.redundant'))).toEqual([]);
  });

  it('equal meaning, equal compiled text', () => {
    const compiled = (block: Json) =>
      compilePolicy(JSON.stringify({ version: '1', default: 'deny', tools: { a: block } }), null).compiledText;
    expect(compiled({})).toBe(compiled({ action: 'allow', require: [], approval: null, 'x-note': 'mine' }));
    expect(compiled({ approval: true })).toBe(compiled({ approval: { expires: '600s', count: 1 } }));
    expect(compiled({ require: [{ path: 'args.a', op: 'eq', value: 1 }] })).toBe(
      compiled({ require: [{ conditions: [{ path: 'args.a', op: 'eq', value: 1 }] }] }),
    );
    expect(compiled({})).not.toBe(compiled({ action: 'deny' }));
  });
});

function DOCUMENTED(): string {
  return `{
  "$schema": "/schemas/policy-v1.json", "version": "1", "description": "refunds for support", "default": "deny", "mode": "enforce",
  "hide": ["delete_account"], // removed from the list
  "all_tools": { "require": [], "deny_if": [], "limits": [], "approval": null, "redact": ["args.**.password"] },
  "risk": { "read": {}, "write": { "limits": [] }, "execute": {}, "destructive": { "action": "deny" }, "financial": {} },
  "tools": {
    "create_charge": {
      "action": "allow", "reason": "why, shown to the agent on deny",
      "require": [{ "path": "args.reason", "op": "exists", "value": true, "on_deny": "say why" }],
      "deny_if": [{ "conditions": [{ "path": "args.amount", "op": "gt", "value": 10000 }], "on_deny": "too much" }],
      "limits": [{ "counter": "daily_spend", "window": "day", "max": 1000000, "scope": "grant", "increment_from": "args.amount", "on_deny": "spent for today" }],
      "rate_limit": { "max": 10, "window": 60 },
      "approval": { "when": [{ "path": "args.amount", "op": "gt", "value": 100 }], "approvers": ["role:approver"], "count": 1, "expires": "10m", "reuse": "once" },
      "dispatch": { "tool": "args.tool_name", "arguments": "args.arguments" }, "mode": "observe", "redact": ["args.card.number"],
    },
  },
}`;
}
