import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '@/lib/kernel/strict-json';
import { sharedData } from '../fixtures/shared-data';

const CORPUS = sharedData('corpora/jsontestsuite/test_parsing');

/** Valid JSON that the gateway refuses on purpose, with the reason. */
const REFUSED_ON_PURPOSE: Record<string, string> = {
  'y_object_duplicated_key.json': 'duplicate_key',
  'y_object_duplicated_key_and_value.json': 'duplicate_key',
};

describe.skipIf(!existsSync(CORPUS))('JSONTestSuite', () => {
  const files = existsSync(CORPUS) ? readdirSync(CORPUS) : [];
  it('holds the corpus', () => {
    expect(files.filter((name) => name.startsWith('n_')).length).toBe(188);
  });
  it.each(files.filter((name) => name.startsWith('n_')))('refuses %s', (name) => {
    expect(parseStrictJson(readFileSync(join(CORPUS, name))).ok).toBe(false);
  });
  it.each(files.filter((name) => name.startsWith('y_')))('reads %s or refuses it for a documented reason', (name) => {
    const bytes = readFileSync(join(CORPUS, name));
    const result = parseStrictJson(bytes);
    const reason = REFUSED_ON_PURPOSE[name];
    if (reason !== undefined) expect(result).toMatchObject({ ok: false, error: { code: reason } });
    else expect(result).toMatchObject({ ok: true, value: { value: JSON.parse(bytes.toString('utf8')) } });
  });
  it.each(files.filter((name) => name.startsWith('i_')))('does not throw on %s', (name) => {
    expect(typeof parseStrictJson(readFileSync(join(CORPUS, name))).ok).toBe('boolean');
  });
});

const codeOf = (input: string | Uint8Array): string | null => {
  const result = parseStrictJson(input);
  return result.ok ? null : result.error.code;
};

describe('strict JSON', () => {
  it.each([
    ['{"a":1,"a":2}', 'duplicate_key'],
    ['{"a":1,"\\u0061":2}', 'duplicate_key'],
    ['[{"x":{"k":1,"k":1}}]', 'duplicate_key'],
    ['{"a:b":"c:d","a:b":1}', 'duplicate_key'],
    ['{"__proto__":1}', 'forbidden_key'],
    ['{"a":[{"constructor":{}}]}', 'forbidden_key'],
    ['{"\\u005f_proto__":1}', 'forbidden_key'],
    ['{"__proto__":1,"__proto__":2}', 'duplicate_key'],
    ['"\\ud800"', 'lone_surrogate'],
    ['{"\\udc00":1}', 'lone_surrogate'],
    ['["\\ud83d\\u0041"]', 'lone_surrogate'],
    ['\uFEFF{}', 'malformed'],
    ['{}{}', 'malformed'],
    ['{}\u0000', 'malformed'],
    ['{"a":1,}', 'malformed'],
    ['', 'malformed'],
    ['"abc', 'malformed'],
    ['"abc\\"', 'malformed'],
    ['9007199254740992', 'unsafe_number'],
    ['-9007199254740993', 'unsafe_number'],
    ['1e400', 'unsafe_number'],
    ['1e999', 'unsafe_number'],
    ['-1e-400', 'unsafe_number'],
    ['9007199254740993.0', 'unsafe_number'],
    ['9.007199254740993e15', 'unsafe_number'],
    ['0.100000000000000000000001', 'unsafe_number'],
    ['{"a":123456789012345678}', 'unsafe_number'],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'too_deep'],
    ['['.repeat(1_000_000), 'too_deep'],
  ])('refuses %.40s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it.each([
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}',
    '9007199254740991',
    '-9007199254740991',
    '0.1',
    '0.30000000000000004',
    '0.10000000000000001',
    '1e22',
    '-0',
    '0.0',
    '0e10',
    '1.50000000000000000000000',
    '"\\ud83d\\ude00"',
    '"a:\\"b\\\\"',
    '{"a\\\\":1,"a\\"":2}',
    `${'['.repeat(64)}${']'.repeat(64)}`,
    'null',
    ' {} ',
    '{"toString":1,"1":2,"":3}',
  ])('reads %.40s', (text) => {
    const result = parseStrictJson(text);
    expect(result).toMatchObject({ ok: true });
    if (result.ok) expect(JSON.stringify(result.value.value)).toBe(JSON.stringify(JSON.parse(text)));
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(codeOf(Uint8Array.of(0x22, 0xff, 0xfe, 0x22))).toBe('invalid_utf8');
    expect(codeOf(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))).toBe('invalid_utf8');
    expect(codeOf(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22))).toBe('invalid_utf8');
    expect(codeOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toBe('malformed');
  });

  it('reports where a forbidden key is when asked to', () => {
    const result = parseStrictJson('{"params":{"arguments":{"a/b":[0,{"__proto__":{}}]}}}', { reportForbiddenKey: true });
    expect(result).toMatchObject({ ok: true, value: { forbiddenKey: '/params/arguments/a~1b/1/__proto__' } });
    expect(Object.getPrototypeOf({}) === Object.prototype).toBe(true);
  });

  it('agrees with the native parser on every generated document', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed % below;
    };
    const make = (depth: number): unknown => {
      const kind = random(depth > 5 ? 4 : 6);
      if (kind === 0) return random(1e6) / (random(100) + 1);
      if (kind === 1) return ['', 'a"b', '\\', 'é😀', ':{}[],', '\u0000\n'][random(6)];
      if (kind === 2) return [true, false, null][random(3)];
      if (kind === 3) return -random(1e9);
      if (kind === 4) return Array.from({ length: random(4) }, () => make(depth + 1));
      return Object.fromEntries(Array.from({ length: random(5) }, (_, at) => [`k${at}"\\:`, make(depth + 1)]));
    };
    for (let round = 0; round < 3000; round++) {
      const text = JSON.stringify(make(0));
      const result = parseStrictJson(new TextEncoder().encode(text));
      expect(result.ok && JSON.stringify(result.value.value)).toBe(text);
    }
  });
});
