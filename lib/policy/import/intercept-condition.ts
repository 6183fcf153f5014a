import type { Json } from '@/lib/kernel/json';
import { type CommentedItem, memberOf, plainOf } from '../commented/tree';
import { didYouMean } from '../nearest';
import { pathFromIntercept, scalarsOf, twinsOf, wholeTextPattern } from './intercept-value';
import type { ReportRow } from './report';

const OPERATORS = ['eq', 'neq', 'in', 'not_in', 'lt', 'lte', 'gt', 'gte', 'regex', 'contains', 'exists'];

export type ReadCondition =
  /** On the arguments of the call. */
  | { readonly kind: 'argument'; readonly condition: Json; readonly notes: readonly Pick<ReportRow, 'effect' | 'note'>[] }
  /** On a counter. */
  | { readonly kind: 'state'; readonly path: string; readonly op: string; readonly value: Json }
  | { readonly kind: 'unreadable'; readonly note: string };

/** Reads one condition of Intercept: what must hold for the call to pass. */
export function readInterceptCondition(item: CommentedItem): ReadCondition {
  const path = textOf(item, 'path');
  const op = textOf(item, 'op');
  const valueNode = memberOf(item.value, 'value')?.value;
  if (path === null || op === null) return { kind: 'unreadable', note: 'It has no `path` or no `op`; Intercept refuses such a policy.' };
  if (!OPERATORS.includes(op)) {
    const hint = didYouMean(op, OPERATORS);
    return { kind: 'unreadable', note: `\`${op}\` is no operator of Intercept${hint === undefined ? '' : `; ${hint}`}.` };
  }
  const value = valueNode === undefined ? null : plainOf(valueNode);
  if (path.startsWith('state.')) return { kind: 'state', path, op, value };
  if (!path.startsWith('args.'))
    return { kind: 'unreadable', note: `\`${path}\` does not begin with \`args.\` or \`state.\`; Intercept refuses it.` };
  const notes: Pick<ReportRow, 'effect' | 'note'>[] = [];
  if (/[[\]*]/.test(path))
    notes.push({
      effect: 'unclear',
      note: `Intercept reads brackets and stars in \`${path}\` as letters of a key, so it became a key here too. Write \`args.items[0]\` or \`args.items[*]\` if elements were meant.`,
    });
  const made = { path: pathFromIntercept(path), op, value };
  const scalars = valueNode === undefined ? [null] : scalarsOf(valueNode);
  const twins = scalars === null ? [] : scalars.flatMap(twinsOf).filter((twin) => !scalars.includes(twin));
  if (op === 'regex' && typeof value === 'string') {
    const whole = wholeTextPattern(value);
    if (whole !== value)
      notes.push({
        effect: 'same',
        note: `Intercept looks for the pattern anywhere; here it must match the whole text, so it became \`${whole}\`.`,
      });
    return { kind: 'argument', condition: { ...made, value: whole }, notes };
  }
  if (twins.length > 0 && (op === 'neq' || op === 'not_in')) {
    notes.push({
      effect: 'same',
      note: `Intercept takes ${list(twins)} for the same; types are distinct here, so ${twins.length === 1 ? 'it is' : 'they are'} listed too.`,
    });
    return { kind: 'argument', condition: { ...made, op: 'not_in', value: [...(scalars ?? []), ...twins] }, notes };
  }
  if (twins.length > 0 && (op === 'eq' || op === 'in'))
    notes.push({
      effect: 'stricter',
      note: `Intercept also accepts ${list(twins)}; types are distinct here. Add them to the list if agents send them.`,
    });
  return { kind: 'argument', condition: made, notes };
}

const list = (values: readonly Json[]): string =>
  values
    .slice(0, 3)
    .map((value) => `\`${JSON.stringify(value)}\``)
    .join(', ') + (values.length > 3 ? ' …' : '');

/** The text of a key, or null. Numbers count as text, as they do for Intercept. */
export function textOf(item: CommentedItem | undefined, key: string): string | null {
  const node = memberOf(item?.value, key)?.value;
  if (node?.kind !== 'scalar') return null;
  if (typeof node.value === 'string') return node.value;
  return typeof node.value === 'number' ? node.literal : null;
}
