import { describe, expect, it } from 'vitest';
import { readCommentedJsonc } from '@/lib/policy/commented/read-jsonc';
import { readCommentedYaml } from '@/lib/policy/commented/read-yaml';
import { commentsIn, NO_NOTES, plainOf } from '@/lib/policy/commented/tree';
import { writeJson, writeJsonc } from '@/lib/policy/commented/write-jsonc';
import { writeYaml } from '@/lib/policy/commented/write-yaml';
import { parsePolicyText, plainValue } from '@/lib/policy/parse';
import { randomPolicy, Seeded } from '../policy/generate-policy';

const ANNOTATED = `// The payments policy.
// Owned by finance.
{
  "version": "1", // the only one
  "default": "deny",

  // Tools that nobody may see.
  "hide": [
    // gone since March
    "delete_account", // really
    "wipe"
  ],
  "tools": {
    // Money out.
    "create_refund": { // the busiest
      "require": [
        // always say why
        { "path": "args.reason", "op": "exists", "value": true }
      ]
      /* nothing
       * more */
    },
    "list": {}
    // end of tools
  }
}
// the end
`;
const read = (text: string) => {
  const { root, list } = parsePolicyText(text);
  expect(list.problems).toEqual([]);
  if (root === null) throw new Error('nothing was read');
  return readCommentedJsonc(text, root);
};
const readYaml = (text: string) => {
  const { document, list } = readCommentedYaml(text);
  expect(list.problems).toEqual([]);
  if (document === null) throw new Error('nothing was read');
  return document;
};
const allComments = (document: ReturnType<typeof read>) =>
  [...document.head, ...commentsIn({ ...NO_NOTES, value: document.root }), ...document.tail].sort();

describe('a policy with comments', () => {
  const comments = [
    'The payments policy.',
    'Owned by finance.',
    'the only one',
    'Tools that nobody may see.',
    'gone since March',
    'really',
    'Money out.',
    'the busiest',
    'always say why',
    'nothing',
    'more',
    'end of tools',
    'the end',
  ].sort();

  it('keeps every comment from JSONC', () => expect(allComments(read(ANNOTATED))).toEqual(comments));

  it('keeps every comment and value from JSONC to YAML and back', () => {
    const yaml = writeYaml(read(ANNOTATED));
    const back = readYaml(yaml);
    expect(allComments(back)).toEqual(comments);
    expect(plainOf(back.root)).toEqual(plainOf(read(ANNOTATED).root));
  });

  it('puts comments of YAML where they were', () => {
    const yaml = writeYaml(read(ANNOTATED));
    expect(yaml).toMatch(/# gone since March\n {2}- delete_account # really/);
    expect(yaml).toMatch(/# Money out\.\n {2}create_refund:/);
    const text = writeJsonc(readYaml(yaml));
    expect(text).toContain('// Money out.\n    "create_refund"');
    expect(text).toContain('// gone since March\n    "delete_account", // really');
    expect(text).toContain('// always say why\n        { "path"');
  });

  it('writes strict JSON that JSON.parse reads, keys in the order of the text', () => {
    const text = writeJson(read('{ "b": 1, // why\n "10": 2, "a": [1.50, {}] }'));
    expect(JSON.parse(text)).toEqual({ b: 1, 10: 2, a: [1.5, {}] });
    expect(text.indexOf('"b"')).toBeLessThan(text.indexOf('"10"'));
    expect(text).toContain('1.50');
  });

  it('a comment cannot end early: line breaks and control characters in it become spaces', () => {
    const document = readYaml('a: 1 # one\u2028"b": 2\n');
    expect(parsePolicyText(writeJsonc(document)).list.problems).toEqual([]);
    expect(plainValue(parsePolicyText(writeJsonc(document)).root ?? { kind: 'null', start: 0, end: 0 })).toEqual({ a: 1 });
  });
});

describe('generated policies', () => {
  it('are the same values through JSONC, JSON and YAML', () => {
    const r = new Seeded(20261120);
    for (let i = 0; i < 400; i += 1) {
      const policy = randomPolicy(r);
      const document = read(JSON.stringify(policy));
      expect(JSON.parse(writeJson(document))).toEqual(policy);
      expect(plainOf(read(writeJsonc(document)).root)).toEqual(policy);
      expect(plainOf(readYaml(writeYaml(document)).root)).toEqual(policy);
    }
  });

  it.each([
    'yes',
    'no',
    'null',
    '~',
    '1',
    '1.0',
    '1e3',
    '0x1f',
    '',
    ' a ',
    '# x',
    'a: b',
    '- a',
    '&a',
    '*a',
    '!x',
    '{}',
    '[',
    '"',
    "'",
    'a\nb',
    'a\r\nb',
    '\u0000',
    '\u2028',
    '\ufeff',
    '<<',
    '2026-01-01',
    '@x',
    '`x',
    '%x',
    '?',
    '---',
    '...',
    'x'.repeat(5000),
  ])('the text %j stays that text through YAML, as value and as key', (text) => {
    const document = read(JSON.stringify({ value: text, list: [text], ...(text === '<<' ? {} : { [text]: 1 }) }));
    expect(plainOf(readYaml(writeYaml(document)).root)).toEqual(plainOf(document.root));
  });
});

describe('YAML that is refused, with its place', () => {
  const found = (text: string) => readCommentedYaml(text).list.problems.map((p) => `${p.line}:${p.column} ${p.code}`);
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`),
  ].join('\n');
  it.each<[string, string, string[]]>([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', ['3:1 key.duplicate']],
    ['a number as key', 'tools:\n  1: {}\n', ['2:3 yaml.key']],
    ['a list as key', '? [a]\n: 1\n', ['1:3 yaml.key']],
    ['__proto__', '__proto__: {}\n', ['1:1 key.dangerous']],
    ['a merge key', 'a: &a { b: 1 }\nc:\n  <<: *a\n', ['3:3 yaml.merge']],
    ['two documents', 'a: 1\n---\nb: 2\n', ['2:1 yaml.documents']],
    ['nothing', '# only a comment\n', ['1:1 text.empty']],
    ['not a number', 'a: .nan\n', ['1:4 number.precision']],
    ['a number too large', 'a: 9007199254740993\n', ['1:4 number.precision']],
    ['an alias to nothing', 'a: *b\n', ['1:4 yaml.alias']],
    ['a tag of another language', 'a: !!python/object:os.system x\n', ['1:4 yaml.tag_resolve_failed']],
    ['a billion laughs', bomb, ['1:20 yaml.too_many']],
  ])('%s', (_name, text, expected) => {
    expect(readCommentedYaml(text).document).toBeNull();
    expect(found(text)).toEqual(expected);
  });

  it('text that nests without end, an alias inside its own anchor, and text that is too long', () => {
    expect(found('['.repeat(50_000)).length).toBeGreaterThan(0);
    expect(found('a: &a [*a]\n').some((line) => /text\.too_deep|yaml\./.test(line))).toBe(true);
    expect(found(`a: ${'x'.repeat(1024 * 1024)}`)).toEqual(['1:1 text.too_large']);
  });

  it('an anchor used a few times is read', () => {
    expect(plainOf(readYaml('a: &n [1, 2]\nb: *n\n').root)).toEqual({ a: [1, 2], b: [1, 2] });
  });
});
