import { describe, expect, it } from 'vitest';
import { compilePolicy } from '@/lib/policy/compile';
import { parsePolicyText, plainValue } from '@/lib/policy/parse';

const lines = (...text: string[]) => text.join('\n');
/** `line:column code at pointer`, so that a case reads as one line. */
const found = (text: string) => compilePolicy(text, null).problems.map((p) => `${p.line}:${p.column} ${p.code} ${p.path}`);

describe('syntax, with the place of each mistake', () => {
  it.each<[string, string, string[]]>([
    ['nothing', '', ['1:1 text.empty ']],
    ['white space', ' \n\t ', ['1:1 text.empty ']],
    ['only a comment', '// later', ['1:9 text.empty ']],
    ['a byte order mark', '\uFEFF{"version":"1","default":"deny"}', ['1:1 text.bom ']],
    ['a list', '[]', ['1:1 type.wrong ']],
    ['a key twice', lines('{"version":"1",', ' "default":"deny",', ' "default":"allow"}'), ['3:2 key.duplicate /default']],
    ['a key twice, once escaped', '{"version":"1","default":"deny","d\\u0065fault":"allow"}', ['1:33 key.duplicate /default']],
    ['a tool twice', '{"version":"1","default":"deny","tools":{"a":{},"a":{"action":"deny"}}}', ['1:49 key.duplicate /tools/a']],
    ['__proto__', '{"version":"1","default":"deny","__proto__":{"default":"allow"}}', ['1:33 key.dangerous /__proto__']],
    ['__proto__, escaped', '{"version":"1","default":"deny","tools":{"\\u005f_proto__":{}}}', ['1:42 key.dangerous /tools/__proto__']],
    ['constructor', '{"version":"1","default":"deny","tools":{"constructor":{}}}', ['1:42 key.dangerous /tools/constructor']],
    [
      'prototype deep inside a value',
      '{"version":"1","default":"deny","tools":{"a":{"require":[{"path":"args.a","op":"eq","value":{"prototype":1}}]}}}',
      ['1:94 key.dangerous /tools/a/require/0/value/prototype'],
    ],
    ['a forgotten comma', lines('{"version":"1"', ' "default":"deny"}'), ['1:15 syntax.comma ']],
    ['a forgotten colon', '{"version" "1","default":"deny"}', ['1:11 syntax.colon /version']],
    ['a forgotten value', '{"version":,"default":"deny"}', ['1:12 syntax.value /version']],
    [
      'a forgotten quote',
      lines('{"version":"1,', ' "default":"deny"}'),
      ['1:12 syntax.string ', '1:12 version.unknown /version', '1:15 syntax.comma '],
    ],
    ['single quotes', `{'version':"1","default":"deny"}`, ['1:2 syntax.quotes ']],
    ['a bare key', '{version:"1","default":"deny"}', ['1:2 syntax.key ']],
    ['a bare word', '{"version":"1","default":deny}', ['1:26 syntax.word /default']],
    ['a brace too few', '{"version":"1","default":"deny"', ['1:1 syntax.unclosed ']],
    ['a brace too many', '{"version":"1","default":"deny"}}', ['1:33 syntax.trailing ']],
    ['the wrong bracket', '{"version":"1","default":"deny","hide":["a"}}', ['1:44 syntax.bracket /hide']],
    ['a comment without an end', '{"version":"1","default":"deny"} /* x', ['1:34 syntax.comment ']],
    ['a strange character', '{"version":"1",§"default":"deny"}', ['1:16 syntax.character ']],
    ['an escape that is none', '{"version":"1","default":"deny","description":"a\\qb"}', ['1:49 syntax.escape ']],
    ['a tab in text', '{"version":"1","default":"deny","description":"a\tb"}', ['1:49 syntax.control ']],
    ['half a character', '{"version":"1","default":"deny","description":"\\ud800"}', ['1:47 text.surrogate ']],
    ['two commas', '{"version":"1",,"default":"deny"}', ['1:16 syntax.key ']],
  ])('%s', (_name, text, expected) => {
    expect(found(text)).toEqual(expected);
    expect(compilePolicy(text, null).policy).toBeNull();
  });

  it('comments and trailing commas are part of the text', () => {
    expect(found(lines('// a', '{ /* b */ "version": "1", // c', ' "default": "deny", "hide": ["x",], }'))).toEqual([]);
  });

  it('counts columns in UTF-16 units and lines by any line break', () => {
    expect(found('{"version":"1","default":"deny",\r\n"description":"𝒳",\r"x":1}')).toEqual(['3:1 key.unknown /x']);
    expect(found('{"version":"1","default":"deny","description":"𝒳","x":1}')).toEqual(['1:52 key.unknown /x']);
  });

  it('gives the end of the place too', () => {
    const [problem] = compilePolicy('{"version":"1","default":"deny","tolls":{}}', null).problems;
    expect(problem).toMatchObject({ line: 1, column: 33, endLine: 1, endColumn: 40, hint: 'did you mean `tools`?' });
  });

  it('reports every mistake at once, also after broken places', () => {
    const text = lines(
      '{',
      '  "version": "2",',
      '  "default": "dney"',
      '  "hide": [1, ""],',
      '  "tools": {',
      '    "a": { "denyIf": [], "limits": [{ "counter": "c", "window": "fortnight", "max": 0, "scope": "galaxy" }] },',
      '    "b": { "require": [{ "path": "arg.x", "op": "greater", "value": 1 }], "action": "permit", "mode": "audit" },',
      '    "c": { "deny_if": [{ "path": "args.x", "op": "regex", "value": "(a)\\\\1" }], "approval": { "expires": "soon" } }',
      '  }',
      '}',
    );
    expect(found(text)).toEqual([
      '2:14 version.unknown /version',
      '3:14 default.unknown /default',
      '3:20 syntax.comma ',
      '4:12 type.wrong /hide/0',
      '4:15 text.blank /hide/1',
      '6:12 key.unknown /tools/a/denyIf',
      '6:65 window.unknown /tools/a/limits/0/window',
      '6:85 number.range /tools/a/limits/0/max',
      '6:97 scope.unknown /tools/a/limits/0/scope',
      '7:34 path.wrong /tools/b/require/0/path',
      '7:49 op.unknown /tools/b/require/0/op',
      '7:85 action.unknown /tools/b/action',
      '7:103 mode.unknown /tools/b/mode',
      '8:68 value.wrong /tools/c/deny_if/0/value',
      '8:106 expires.wrong /tools/c/approval/expires',
    ]);
  });
});

describe('numbers', () => {
  const value = (literal: string) =>
    found(`{"version":"1","default":"deny","tools":{"a":{"require":[{"path":"args.a","op":"eq","value":${literal}}]}}}`);
  it.each(['9007199254740992', '-9007199254740993', '1e16', '1e400', '0.1000000000000000055', '3.14159265358979323846', '1e-400'])(
    '%s loses precision',
    (literal) => {
      expect(value(literal)).toEqual(['1:93 number.precision /tools/a/require/0/value']);
    },
  );
  it.each(['9007199254740991', '0.1', '1.0', '1.50', '-0', '0.0', '1e3', '100E-2', '1.5e-10', '5e-324'])('%s is kept', (literal) => {
    expect(value(literal)).toEqual([]);
  });
  it.each(['01', '+1', '.5', '5.', '0x10', '1_000', 'Infinity', '--1', '1e'])('%s is no JSON', (literal) => {
    expect(value(literal)).toHaveLength(1);
  });
});

describe('size and depth', () => {
  it('refuses more than 1 MiB before reading it', () => {
    expect(found(`{"version":"1","default":"deny","description":"${'é'.repeat(600_000)}"}`)).toEqual(['1:1 text.too_large ']);
  });
  it.each(['[', '{"a":', '[[{"x":'])('refuses %s a hundred thousand times, once', (piece) => {
    const problems = found(piece.repeat(100_000));
    expect(problems.filter((problem) => problem.includes('text.too_deep'))).toHaveLength(1);
    expect(problems.length).toBeLessThan(100);
  });
  it('reads a broken text of half a megabyte in a moment and stops listing', () => {
    for (const piece of ['§ ', '{', '}', '"', ',', ':', '[,', '"a" "b" ', '/*', '\\', "'", '-', '{"a":1 ']) {
      const started = performance.now();
      expect(found(piece.repeat(Math.floor(500_000 / piece.length))).length).toBeLessThanOrEqual(200);
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });
});

describe('any text', () => {
  const good =
    '{"version":"1","default":"deny","mode":"observe","hide":["x*"],"all_tools":{"redact":["args.**.p"]},"tools":{"a":{"require":[{"path":"args.a[0].b","op":"in","value":[1,"x"]}],"limits":[{"counter":"c","window":"90s","max":3}],"rate_limit":"10/minute","approval":{"when":[],"count":2}}}}';
  it('never throws, and is without a policy exactly when there is an error', () => {
    let state = 7;
    const random = (n: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 4294967296) * n);
    };
    for (let i = 0; i < 4000; i += 1) {
      const at = random(good.length);
      const text =
        good.slice(0, at) +
        ['', '"', '{', '}', ',', ':', '\u0000', '1', 'null', '\\', '[', ']', '/*', '\ud800'][random(14)] +
        good.slice(at + random(4));
      const { policy, problems } = compilePolicy(text, null);
      expect(policy === null, text).toBe(problems.some((problem) => problem.severity === 'error'));
    }
  });
  it('reads every JSON value as JSON.parse does', () => {
    for (const text of ['{"a":[1,-2.5,"x\\n\\u00e9",true,false,null,{"b":{}}]}', '[]', '"x"', '1e2', 'true', good]) {
      const { root } = parsePolicyText(text);
      expect(root === null ? undefined : plainValue(root)).toEqual(JSON.parse(text));
    }
  });
});
