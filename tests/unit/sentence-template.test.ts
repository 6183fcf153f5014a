import { describe, expect, it } from 'vitest';
import { fillTemplate, parseTemplate, unknownPaths } from '@/lib/domain/approval/sentence-template';

const filled = (template: string, args: unknown): string => {
  const parsed = parseTemplate(template);
  if (!parsed.ok) return `refused: ${parsed.error}`;
  return fillTemplate(parsed.value, args)
    .map((part) => ('text' in part ? part.text : part.value === null ? '(none)' : `[${part.value}]`))
    .join('');
};

describe('the sentence of a tool', () => {
  it.each([
    ['Refund {amount} {currency}', { amount: 725, currency: 'usd' }, 'Refund [725] [usd]'],
    ['To { customer.id }!', { customer: { id: 'cus_1' } }, 'To [cus_1]!'],
    ['Send {to}', { to: ['a', 'b'] }, 'Send [["a","b"]]'],
    ['Send {to}', {}, 'Send (none)'],
    ['Send {to.0}', {}, 'refused: "0" is no name of an argument.'],
    ['Send {to.x}', { to: 'text' }, 'Send (none)'],
    ['Send {to}', { to: '' }, 'Send [""]'],
    ['Send {to}', { to: null }, 'Send [null]'],
    ['Send {constructor}', {}, 'Send (none)'],
    ['Send {__proto__.x}', {}, 'Send (none)'],
    ['Send {to}', null, 'Send (none)'],
    ['Send {to', {}, 'refused: A `{` is not closed. Write placeholders as {name}.'],
    ['Send to}', {}, 'refused: A `}` closes nothing. Write placeholders as {name}.'],
    ['Send {}', {}, 'refused: A placeholder is empty. Write the name of an argument between the braces.'],
    ['{to}', {}, 'refused: A sentence needs words beside its placeholders.'],
    [`x${'{a}'.repeat(11)}`, {}, 'refused: A sentence has at most 10 placeholders.'],
  ])('%s of %j', (template, args, sentence) => {
    expect(filled(template, args)).toBe(sentence);
  });

  it('cuts long values and says how much is missing, and a value is no template', () => {
    expect(filled('Send {body}', { body: 'x'.repeat(50_000) })).toBe(`Send [${'x'.repeat(80)} … 49920 more characters]`);
    expect(filled('Send {body}', { body: '{secret}', secret: 'no' })).toBe('Send [{secret}]');
  });

  it('knows which names the tool does not have', () => {
    const parsed = parseTemplate('Pay {amont} to {customer.id}');
    if (!parsed.ok) throw new Error(parsed.error);
    const properties = { amount: {}, customer: {} };
    expect(unknownPaths(parsed.value, { properties })).toEqual(['amont']);
    expect(unknownPaths(parsed.value, { properties, additionalProperties: true })).toEqual([]);
    expect(unknownPaths(parsed.value, null)).toEqual([]);
  });
});
