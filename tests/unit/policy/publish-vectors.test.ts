import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { compilePolicy } from '@/lib/policy/compile';
import { importPolicy } from '@/lib/policy/import/import-policy';
import { callOf, catalogueOf } from './policy-case';

const FILE = join(import.meta.dirname, '../../../../shared/data/gateway_vectors.dev.json');

interface Vector {
  readonly id: string;
  readonly cat: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a shape of its own for each vector
  readonly input: any;
  readonly expect: { readonly outcome: 'allow' | 'reject' };
}

const catalogue = catalogueOf([{ name: 'github__create_issue' }]);
const compile = (block: Json, tool = 'github__create_issue') =>
  compilePolicy(JSON.stringify({ version: '1', default: 'deny', tools: { [tool]: block } }), catalogue);
const codes = (block: Json): string[] => compile(block).problems.map(({ code }) => code);

/** A pattern that publishes judges the longest text in linear time; one that does not is named. */
function pattern({ input, expect: { outcome } }: Vector): void {
  const compiled = compile({ require: [{ path: 'args.q', op: 'regex', value: input.match.regex }] });
  if (outcome === 'reject') {
    expect(compiled.policy).toBeNull();
    expect(compiled.problems.map(({ code, path }) => ({ code, path }))).toEqual([
      { code: expect.stringMatching(/^(value\.wrong|text\.too_long)$/), path: '/tools/github__create_issue/require/0/value' },
    ]);
    return;
  }
  // A backtracking engine would take longer on these than any time that a test may take.
  for (const length of [8_000, 8_192, 65_536]) {
    const call = callOf({ tool: 'github__create_issue', args: { q: `${'a'.repeat(length - 1)}!` } });
    expect(compiled.policy?.decide(call, catalogue).outcome).toBe('denied');
  }
}

/** How each vector is said in this language, and what has to come of it. */
const CHECKS: Readonly<Record<string, (vector: Vector) => void>> = {
  'POL-01': pattern,
  'POL-02': pattern,
  'POL-05': pattern,
  'POL-06': pattern,
  'POL-09': pattern,
  'POL-10': pattern,
  'POL-11': () => expect(codes({ require: [{ path: 'args.owner', op: '$regexx', value: 'x' }] })).toEqual(['op.unknown']),
  'POL-12': ({ input }) => expect(codes({ action: input.effect })).toEqual(['action.unknown']),
  'POL-14': ({ input }) => expect(codes({ limits: [{ counter: 'c', window: 'day', ...input.limit }] })).toEqual(['number.range']),
  'POL-17': ({ input }) => {
    const { problems } = importPolicy(input);
    expect(problems.filter(({ severity }) => severity === 'error')).not.toEqual([]);
  },
};

/** Where the vector is tested instead: what publishing refuses needs a database. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'POL-19': 'tests/database/control/publishing.test.ts',
  'POL-20': 'tests/database/control/policies.test.ts',
};

describe.skipIf(!existsSync(FILE))('hostile policies from ../shared/data', () => {
  const vectors = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Vector[]).filter(({ cat }) => cat === 'POL') : [];

  it('are all there', () => {
    expect(vectors.map(({ id }) => id).filter((id) => CHECKS[id] === undefined && ELSEWHERE[id] === undefined)).toEqual(['POL-16']);
  });

  for (const vector of vectors) {
    const check = CHECKS[vector.id];
    if (check !== undefined) it(`${vector.id} ${vector.name}`, () => check(vector));
    else if (ELSEWHERE[vector.id] !== undefined) it.skip(`${vector.id} ${vector.name} (in ${ELSEWHERE[vector.id]})`);
  }

  // The vector wants a refusal; the language promises a warning, since dispatchers run tools that no list shows and lists change.
  it('POL-16 rule references missing tool: a warning with a fix, and the tool stays closed until a person approves it', () => {
    const { problems, policy } = compile({}, 'github__nope');
    expect(problems.map(({ code, severity, path }) => ({ code, severity, path }))).toEqual([
      { code: 'tool.unknown', severity: 'warning', path: '/tools/github__nope' },
    ]);
    expect(problems[0]?.fixes).toHaveLength(1);
    const outcome = (tools: typeof catalogue) => policy?.decide(callOf({ tool: 'github__nope', args: {} }), tools).outcome;
    expect(outcome(catalogue)).toBe('denied');
    expect(outcome(catalogueOf([{ name: 'github__nope', status: 'pending' }]))).toBe('denied');
  });
});
