import { fail, ok, type Result } from '@/lib/kernel/result';
import { memberPath } from './argument-path';

/** What a person wrote between the placeholders, or a placeholder: the names that lead to an argument. */
export type TemplatePart = { readonly text: string } | { readonly path: readonly string[] };
/** The same with values; null where the call has none. Values are an agent's own text, hostile as ever. */
export type SentencePart = { readonly text: string } | { readonly value: string | null };

export const TEMPLATE_CHARACTERS_MAX = 200;
const PLACEHOLDERS_MAX = 10;
const VALUE_CHARACTERS_MAX = 80;
const NAME = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;

/** `Refund {amount} {currency} to {customer.id}`: text, and dotted paths below the arguments in braces. The error is a sentence. */
export function parseTemplate(template: string): Result<readonly TemplatePart[], string> {
  const parts: TemplatePart[] = [];
  let from = 0;
  while (from < template.length) {
    const open = template.indexOf('{', from);
    const stray = template.indexOf('}', from);
    if (stray !== -1 && (open === -1 || stray < open)) return fail('A `}` closes nothing. Write placeholders as {name}.');
    if (open === -1) break;
    const close = template.indexOf('}', open);
    if (close === -1) return fail('A `{` is not closed. Write placeholders as {name}.');
    const path = template
      .slice(open + 1, close)
      .trim()
      .split('.');
    const wrong = path.find((name) => !NAME.test(name));
    if (wrong !== undefined)
      return fail(
        wrong === ''
          ? 'A placeholder is empty. Write the name of an argument between the braces.'
          : `"${wrong.slice(0, 40)}" is no name of an argument.`,
      );
    if (open > from) parts.push({ text: template.slice(from, open) });
    parts.push({ path });
    from = close + 1;
  }
  if (from < template.length) parts.push({ text: template.slice(from) });
  const placeholders = parts.filter((part) => 'path' in part).length;
  if (placeholders > PLACEHOLDERS_MAX) return fail(`A sentence has at most ${PLACEHOLDERS_MAX} placeholders.`);
  if (!parts.some((part) => 'text' in part && part.text.trim() !== '')) return fail('A sentence needs words beside its placeholders.');
  return ok(parts);
}

/** The sentence of one call. Long values are cut; the card shows them in full elsewhere. */
export function fillTemplate(parts: readonly TemplatePart[], args: unknown): SentencePart[] {
  return parts.map((part) => ('text' in part ? part : { value: valueAt(args, part.path) }));
}

function valueAt(args: unknown, path: readonly string[]): string | null {
  let value = args;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return null;
    value = (value as Record<string, unknown>)[name];
  }
  const text = typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
  if (text === undefined) return null;
  return text.length <= VALUE_CHARACTERS_MAX
    ? text
    : `${text.slice(0, VALUE_CHARACTERS_MAX).toWellFormed()} … ${text.length - VALUE_CHARACTERS_MAX} more characters`;
}

/**
 * Names of the template that the tool's input schema does not know, as paths; empty when it names no properties or takes others, too.
 * Only the first name is looked up: what lies deeper is often not described.
 */
export function unknownPaths(parts: readonly TemplatePart[], inputSchema: unknown): string[] {
  const known = argumentNames(inputSchema);
  if (known.length === 0 || (inputSchema as { additionalProperties?: unknown }).additionalProperties === true) return [];
  return parts.flatMap((part) => ('path' in part && !known.includes(part.path[0] ?? '') ? [part.path.join('.')] : []));
}

/** The arguments that an input schema names and a placeholder can mean. */
export function argumentNames(inputSchema: unknown): string[] {
  const properties = typeof inputSchema === 'object' && inputSchema !== null ? (inputSchema as { properties?: unknown }).properties : null;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return [];
  return Object.keys(properties).filter((name) => memberPath('', name) === name);
}
