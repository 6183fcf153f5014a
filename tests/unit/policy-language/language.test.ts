import { describe, expect, it } from 'vitest';
import { completeAt } from '@/components/policies/language/complete-at';
import { hoverAt } from '@/components/policies/language/hover-at';
import type { LanguageTool } from '@/components/policies/language/place-at';
import { explainPolicy } from '@/lib/policy/explain/explain-policy';
import { readPolicyText } from '@/lib/policy/read-document';

const tool = (name: string, category: string, properties: object): LanguageTool => ({
  name,
  category,
  risk: 'high',
  description: `About ${name}`,
  inputSchema: { type: 'object', required: ['amount'], properties },
});
const TOOLS = [
  tool('create_refund', 'financial', {
    amount: { type: 'integer' },
    currency: { enum: ['EUR', 'USD'] },
    card: { type: 'object', properties: { number: { type: 'string' } } },
  }),
  tool('create_note', 'write', { text: { type: 'string' } }),
];

/** The text without its `|`, and where that stood. */
function caret(marked: string): [string, number] {
  const offset = marked.indexOf('|');
  return [marked.replace('|', ''), offset];
}
const labels = (marked: string) => completeAt(...caret(marked), TOOLS).map((one) => one.label);
/** What the text becomes when the first completion with this label is taken. */
function taken(marked: string, label: string): string {
  const [text, offset] = caret(marked);
  const one = completeAt(text, offset, TOOLS).find((each) => each.label === label);
  if (one === undefined) throw new Error(`no completion ${label}`);
  return text.slice(0, one.start) + one.insert + text.slice(one.end);
}

describe('completion from the real tools', () => {
  it('offers the arguments of the tool that the block is about', () => {
    const text = '{"tools": {"create_refund": {"deny_if": [{"path": "|"}]}}}';
    expect(labels(text)).toEqual(['args.amount', 'args.currency', 'args.card', 'args.card.number']);
    expect(taken(text, 'args.card.number')).toBe('{"tools": {"create_refund": {"deny_if": [{"path": "args.card.number"}]}}}');
  });

  it('offers those of every tool that a pattern, a class or all tools stand for', () => {
    expect(labels('{"tools": {"create_*": {"require": [{"path": "|"}]}}}')).toContain('args.text');
    expect(labels('{"risk": {"write": {"require": [{"path": "|"}]}}}')).toEqual(['args.text']);
    expect(labels('{"all_tools": {"redact": ["|"]}}')).toContain('args.card.number');
  });

  it('offers the values that the argument’s schema lists', () => {
    const text = '{"tools": {"create_refund": {"require": [{"path": "args.currency", "op": "in", "value": ["|"]}]}}}';
    expect(labels(text)).toEqual(['EUR', 'USD']);
    expect(taken(text, 'USD')).toContain('"value": ["USD"]');
    expect(labels('{"tools": {"create_refund": {"require": [{"path": "args.amount", "op": "eq", "value": |}]}}}')).toEqual([]);
  });

  it('offers names of tools to hide and to test, and their arguments in a test', () => {
    expect(labels('{"hide": ["|"]}')).toEqual(['create_refund', 'create_note']);
    expect(labels('{"tests": [{"tool": "|"}]}')).toEqual(['create_refund', 'create_note']);
    expect(taken('{"tests": [{"tool": "create_note", "arguments": {"|"}}]}', 'text')).toContain('"arguments": {"text": }');
    expect(labels('{"tests": [{"tool": "create_refund", "arguments": {"currency": |}}]}')).toEqual(['EUR', 'USD']);
  });

  it('offers a block for each tool that has none, with its risk, and keeps what stands behind a name', () => {
    const text = '{"tools": {"|"}}';
    expect(completeAt(...caret(text), TOOLS).map((one) => [one.label, one.detail, one.about])).toEqual([
      ['create_refund', 'financial, high risk', 'About create_refund'],
      ['create_note', 'write, high risk', 'About create_note'],
    ]);
    expect(taken(text, 'create_note')).toBe('{"tools": {"create_note": {}}}');
    expect(labels('{"tools": {"create_note": {}, "|"}}')).toEqual(['create_refund']);
    expect(taken('{"tools": {"create_re|": {"action": "deny"}}}', 'create_refund')).toBe(
      '{"tools": {"create_refund": {"action": "deny"}}}',
    );
    expect(taken('{"tools": {| "create_note": {}}}', 'create_refund')).toBe('{"tools": {"create_refund": {}, "create_note": {}}}');
    expect(taken('{"tests": [{"tool": "create_note", "arguments": {"te|": "x"}}]}', 'text')).toContain('{"text": "x"}');
  });

  it('replaces a word that has no quotes yet', () => {
    expect(taken('{"hide": [create_n|]}', 'create_note')).toBe('{"hide": ["create_note"]}');
    expect(taken('{"tools": {create_n|}}', 'create_note')).toBe('{"tools": {"create_note": {}}}');
  });

  it('offers nothing in a comment', () => {
    expect(labels('{"hide": [// no |\n]}')).toEqual([]);
    expect(labels('{"hide": [/* no | */]}')).toEqual([]);
    expect(labels('{"hide": [/* no */|]}')).toHaveLength(2);
  });

  it('works in a text that is broken further down, and never throws whatever the text', () => {
    expect(labels('{"tools": {"create_refund": {"deny_if": [{"path": "|')).toContain('args.amount');
    const whole = '{ // note\n "hide": ["a",], "tools": {"create_refund": {"limits": [{"increment_from": "args.amount"}]}} }';
    for (let i = 0; i <= whole.length; i += 1) {
      expect(() => completeAt(whole.slice(0, i), i, TOOLS)).not.toThrow();
      expect(() => hoverAt(whole, i, TOOLS, null)).not.toThrow();
    }
  });
});

describe('hover', () => {
  const text =
    '{"version": "1", "default": "deny", "tools": {"create_refund": {"deny_if": [{"path": "args.currency", "op": "eq", "value": "USD"}]}}}';
  const { document } = readPolicyText(text);
  const explanation = document === null ? null : explainPolicy(document, null);
  const over = (word: string) => hoverAt(text, text.indexOf(word) + 2, TOOLS, explanation);

  it('tells of a tool what it is, what it takes, and quotes what the server says', () => {
    expect(over('"create_refund"')).toMatchObject({
      lines: ['create_refund: financial, high risk', expect.stringContaining('args.amount (integer, required)')],
      quoted: 'About create_refund',
    });
  });

  it('tells of a path its type and choices', () => {
    expect(over('"args.currency"')?.lines).toEqual(
      ['args.currency: one of', 'One of "EUR", "USD"'].map((line, i) => (i === 0 ? expect.stringMatching(/^args\.currency: /) : line)),
    );
  });

  it('tells a rule as the sentence that Explain shows', () => {
    expect(over('"USD"')?.lines[0]).toMatch(/currency.*USD/);
  });
});
