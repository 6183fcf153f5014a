import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CallFacts, Catalogue } from '@/lib/domain/decision';
import type { JsonObject } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { naiveDecide } from './naive-evaluator';
import { callOf, catalogueOf } from './policy-case';

const data = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const vectors = `${data}gateway_vectors.dev.json`;
const naughty = `${data}corpora/blns/blns.json`;

interface Vector {
  readonly id: string;
  readonly cat: string;
  readonly name: string;
  readonly input: { readonly params: { readonly name: string; readonly arguments: JsonObject } };
  readonly expect: { readonly outcome: 'allow' | 'deny' | 'reject' };
}

const schema = { type: 'object', properties: { tool_name: { type: 'string' }, arguments: { type: 'object' } }, required: ['tool_name'] };
const dispatch = { tool: 'args.tool_name', arguments: 'args.arguments' };
const catalogue = catalogueOf([
  { name: 'utcp__call_tool', category: 'execute', risk: 'high', dispatch, inputSchema: schema },
  { name: 'utcp__register_manual', category: 'execute', risk: 'high' },
  { name: 'github__create_issue' },
  { name: 'fs__write_file' },
  { name: 'web__fetch', category: 'read' },
  { name: 'pay__send', category: 'financial', risk: 'critical' },
]);
const owner = { path: 'args.owner', op: 'eq', value: 'acme' };
const policy = JSON.stringify({
  version: '1',
  default: 'deny',
  tools: {
    utcp__call_tool: { dispatch },
    'utcp.call_tool': { dispatch },
    'weather.get_forecast': {},
    'github.create_issue': { require: [owner], rate_limit: '5/minute' },
    'github.delete_repository': { action: 'deny' },
    github__create_issue: { require: [owner] },
    fs__write_file: { require: [{ path: 'args.path', op: 'path_within', value: '/workspace' }] },
    web__fetch: { require: [{ path: 'args.url', op: 'host_in', value: ['api.acme.com'] }] },
    pay__send: {
      require: [
        { path: 'args.amount', op: 'type', value: 'number' },
        { path: 'args.amount', op: 'gte', value: 0 },
        { path: 'args.amount', op: 'lte', value: 100 },
      ],
    },
  },
});

describe.skipIf(!existsSync(vectors))('hostile calls from ../shared/data', () => {
  const all = existsSync(vectors)
    ? (JSON.parse(readFileSync(vectors, 'utf8')) as Vector[]).filter(({ cat }) => cat === 'ARG' || cat === 'DISP')
    : [];
  const { policy: compiled } = compilePolicy(policy, catalogue);
  it.each(all)('$id $name', ({ input, expect: expected }) => {
    const { name, arguments: args } = input.params;
    // A `__proto__` key never gets here (strict JSON refuses it); as an own key it must do no harm either.
    const decision = compiled?.decide(callOf({ tool: name, args }), catalogue);
    expect(decision?.passes).toBe(expected.outcome === 'allow');
    if (expected.outcome === 'deny') expect(decision?.outcome).toBe('denied');
  });
});

/** Whatever a text is, engine and naive evaluator see the same in it, and nothing throws. */
function check(text: string, tools: Catalogue): void {
  const call: CallFacts = {
    ...callOf({ tool: text, args: { [text === '__proto__' ? 'proto' : text]: text, a: text, list: [text] } }),
    client: { name: text, version: text },
  };
  const tools2 = new Map(tools).set(text, {
    ...(tools.get('github__create_issue') as NonNullable<ReturnType<typeof tools.get>>),
    name: text,
  });
  const rules = {
    version: '1',
    default: 'deny',
    hide: ['nothing'],
    tools: {
      '*': {
        require: [
          { path: 'args.a', op: 'eq', value: text },
          { path: 'args.list', op: 'contains', value: text },
          { path: 'args.a', op: 'starts_with', value: text },
          { path: 'client.name', op: 'in', value: [text] },
        ],
        deny_if: [{ path: 'args.a', op: 'neq', value: text }],
        limits: [{ counter: 'c', window: 'day', max: 5, scope: 'args.a' }],
      },
    },
  };
  const { policy: compiled, problems } = compilePolicy(JSON.stringify(rules), tools2);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const decision = compiled?.decide(call, tools2);
  expect(decision?.outcome).toBe(naiveDecide(rules, call, tools2).outcome);
  expect(decision?.outcome).toBe('allowed');
  expect(() => JSON.stringify(decision)).not.toThrow();
}

const texts = [
  '',
  ' ',
  '\u0000',
  '\uFEFF',
  '\u202e',
  '𝒳',
  'é',
  'e\u0301',
  '"',
  '\\',
  '*',
  '**',
  'a*b',
  '$&',
  '(?:',
  '[',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'undefined',
  'NaN',
  '1e309',
];

describe('odd texts as names, keys and values', () => {
  it.each(texts)('%j', (text) => check(text, catalogue));

  it.skipIf(!existsSync(naughty))('the list of naughty strings from ../shared/data', () => {
    const list = JSON.parse(readFileSync(naughty, 'utf8')) as string[];
    expect(list.length).toBeGreaterThan(400);
    for (const text of list) if (text.length <= 256 && text.isWellFormed()) check(text, catalogue);
  });

  it('naughty strings as policies are problems, never exceptions', () => {
    for (const text of texts) {
      for (const made of [
        text,
        `{${text}}`,
        `{"version":${text},"default":"${text}"}`,
        `{"version":"1","default":"deny","tools":{${JSON.stringify(text)}:{"require":[{"path":${JSON.stringify(text)},"op":${JSON.stringify(text)},"value":${JSON.stringify(text)}}]}}}`,
      ]) {
        expect(compilePolicy(made, catalogue).policy).toBeNull();
      }
    }
  });
});

describe('patterns of an attacker take linear time', () => {
  it.each([
    ['(a+)+', 'a'],
    ['(a|aa)+', 'a'],
    ['(x+x+)+y', 'x'],
    ['(.*a){20}', 'a'],
  ])('%s', (pattern, letter) => {
    const { policy: compiled } = compilePolicy(
      JSON.stringify({
        version: '1',
        default: 'deny',
        tools: { fs__write_file: { require: [{ path: 'args.path', op: 'regex', value: pattern }] } },
      }),
      null,
    );
    const started = performance.now();
    const decision = compiled?.decide(callOf({ tool: 'fs__write_file', args: { path: `${letter.repeat(8191)}!` } }), catalogue);
    expect(decision?.outcome).toBe('denied');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('so do globs', () => {
    const { policy: compiled } = compilePolicy(
      JSON.stringify({
        version: '1',
        default: 'deny',
        tools: {
          [`${'*a'.repeat(90)}*`]: {},
          fs__write_file: { require: [{ path: 'args.path', op: 'glob', value: `${'**a'.repeat(100)}b` }] },
        },
      }),
      null,
    );
    const started = performance.now();
    compiled?.decide(callOf({ tool: 'fs__write_file', args: { path: 'a'.repeat(8192) } }), catalogue);
    compiled?.decide(callOf({ tool: 'a'.repeat(100_000), args: {} }), catalogue);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
