import { describe, expect, it } from 'vitest';
import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';
import { mergePolicies } from '@/lib/policy/merge/merge-policies';
import { parsePolicyText, plainValue } from '@/lib/policy/parse';

const BASE = `{
  "version": "1",
  // closed unless said otherwise
  "default": "deny",
  "hide": ["drop_it"],
  "tools": {
    "read_it": {},
    // money
    "refund": {
      "deny_if": [{ "path": "args.amount", "op": "gt", "value": 500 }],
      "limits": [{ "counter": "refunds", "window": "day", "max": 10 }]
    }
  }
}
`;
const meaningOf = (text: string): Json => {
  const { root, list } = parsePolicyText(text);
  if (root === null || list.failed) throw new Error(`does not parse: ${text}`);
  return plainValue(root);
};
const merge = (mine: string, theirs: string, base = BASE) => {
  const merged = mergePolicies(base, mine, theirs);
  if (merged === null) throw new Error('not merged');
  return merged;
};

describe('merging two edits of a policy', () => {
  it('takes the other side whole where one side changed nothing', () => {
    const changed = BASE.replace('500', '900').replace('// money', '// money, with care');
    expect(merge(changed, BASE)).toEqual({ text: changed, conflicts: [] });
    expect(merge(BASE, changed)).toEqual({ text: changed, conflicts: [] });
    expect(merge(changed, changed)).toEqual({ text: changed, conflicts: [] });
  });

  it('keeps both sides’ changes and comments where they are apart', () => {
    const mine = BASE.replace('"max": 10', '"max": 5');
    const theirs = BASE.replace('"read_it": {},', '// everybody reads\n    "read_it": {},\n    "list_it": {},');
    const { text, conflicts } = merge(mine, theirs);
    expect(conflicts).toEqual([]);
    expect(text).toBe(theirs.replace('"max": 10', '"max": 5'));
  });

  it('merges within one line, where lines alone would conflict', () => {
    const mine = BASE.replace('["drop_it"]', '["drop_it", "rotate_key"]');
    const theirs = BASE.replace('["drop_it"]', '["wipe_*"]');
    const { text, conflicts } = merge(mine, theirs);
    expect(conflicts).toEqual([]);
    expect((meaningOf(text) as { hide: string[] }).hide).toEqual(['rotate_key', 'wipe_*']);
    expect(text).toContain('// closed unless said otherwise');
  });

  it('keeps mine and names the place where both changed the same value', () => {
    const { text, conflicts } = merge(BASE.replace('500', '900'), BASE.replace('500', '50'));
    expect(meaningOf(text)).toEqual(meaningOf(BASE.replace('500', '900')));
    expect(conflicts.map(({ pointer }) => pointer)).toEqual(['/tools/refund/deny_if']);
    expect(conflicts[0]?.theirs).toContain('"value":50');
  });

  it('names a tool that one removed and the other changed', () => {
    const removed = BASE.replace(/,\s*\/\/ money[\s\S]*?\]\n {4}\}/, '');
    expect(meaningOf(removed)).toEqual({ version: '1', default: 'deny', hide: ['drop_it'], tools: { read_it: {} } });
    expect(merge(removed, BASE.replace('500', '50')).conflicts).toMatchObject([{ pointer: '/tools/refund', mine: null }]);
  });

  it('appends rules of both sides as long as they do not touch the same stretch', () => {
    const rule = (value: number) => `{ "path": "args.amount", "op": "gt", "value": ${value} }`;
    const list = (...values: number[]) =>
      `{ "version": "1", "default": "deny", "tools": { "a": { "deny_if": [\n${values.map(rule).join(',\n')}\n] } } }`;
    const { text, conflicts } = merge(list(0, 1, 2, 3), list(1, 2, 3, 9), list(1, 2, 3));
    expect(conflicts).toEqual([]);
    expect(meaningOf(text)).toEqual(meaningOf(list(0, 1, 2, 3, 9)));
  });

  it('is refused for a text that cannot be read, which nobody’s changes should be guessed from', () => {
    expect(mergePolicies(BASE, '{', BASE)).toBeNull();
    expect(mergePolicies(BASE, BASE, '{ "version": "1", "version": "2" }')).toBeNull();
  });

  it('takes over member names that objects are born with', () => {
    const theirs = BASE.replace('"read_it": {},', '"read_it": {}, "hasOwnProperty": {}, "toString": { "action": "deny" },');
    expect(meaningOf(merge(BASE.replace('"max": 10', '"max": 1'), theirs).text)).toEqual(
      meaningOf(theirs.replace('"max": 10', '"max": 1')),
    );
  });
});

describe('any two edits', () => {
  const KEYS = ['a', 'b', 'c', 'd'];
  // A small generator with a fixed seed, so that a failure can be repeated.
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  const edit = (tools: Record<string, number>): Record<string, number> => {
    const next = { ...tools };
    for (let i = 0; i <= random(3); i += 1) {
      const key = KEYS[random(KEYS.length)] as string;
      if (random(3) === 0) delete next[key];
      else next[key] = random(4);
    }
    return next;
  };
  const textOf = (tools: Record<string, number>) =>
    `{\n  "version": "1", "default": "deny",\n  "tools": {\n${Object.entries(tools)
      .map(([name, max]) => `    // about ${name}\n    "${name}": { "limits": [{ "counter": "${name}", "window": "day", "max": ${max} }] }`)
      .join(',\n')}\n  }\n}\n`;

  it('merge to a text that has, for each tool, what the side that changed it says', () => {
    for (let i = 0; i < 400; i += 1) {
      const base = edit({ a: 0, b: 0, c: 0 });
      const [mine, theirs] = [edit(base), edit(base)];
      const { text, conflicts } = merge(textOf(mine), textOf(theirs), textOf(base));
      const merged = meaningOf(text) as { tools: Record<string, { limits: { max: number }[] }> };
      for (const key of KEYS) {
        const expected = mine[key] === base[key] ? theirs[key] : mine[key];
        expect(merged.tools[key]?.limits[0]?.max, `${key} of ${canonicalJson(base)} ${canonicalJson(mine)} ${canonicalJson(theirs)}`).toBe(
          expected,
        );
      }
      const clashing = KEYS.filter((key) => mine[key] !== base[key] && theirs[key] !== base[key] && mine[key] !== theirs[key]);
      expect(conflicts.length).toBe(clashing.length);
    }
  });
});
