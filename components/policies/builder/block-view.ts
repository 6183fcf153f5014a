import type { Json } from '@/lib/kernel/json';
import { MANIFEST } from '@/lib/policy/manifest';
import type { SyntaxNode } from '@/lib/policy/parse';
import { pointerTo } from '@/lib/policy/problem';
import { jsonOf, memberOf, textOf, textsOf, type UnknownKey, unknownKeysOf } from './syntax';

export interface ConditionView {
  readonly pointer: string;
  readonly path: string | null;
  readonly op: string | null;
  readonly value: Json | undefined;
  /** The value as it is written, so that a number keeps its digits. */
  readonly literal: string | null;
  readonly timezone: string | null;
  /** The text of what is no object, so that only its text can be edited. */
  readonly odd: string | null;
}

export interface RuleView {
  readonly pointer: string;
  /** `odd`: not an object, so that only its text can be edited. */
  readonly form: 'condition' | 'group' | 'odd';
  readonly conditions: readonly ConditionView[];
  readonly name: string | null;
  readonly on_deny: string | null;
  readonly mode: string | null;
  readonly literal: string;
  readonly unknown: readonly UnknownKey[];
}

export interface LimitView {
  readonly pointer: string;
  /** `rate`: `rate_limit` as an object; `rate-text`: as `"10/minute"`. */
  readonly form: 'limit' | 'rate' | 'rate-text' | 'odd';
  readonly counter: string | null;
  readonly window: string | null;
  /** Numbers as written. */
  readonly max: string | null;
  readonly increment: string | null;
  readonly increment_from: string | null;
  readonly scope: string | null;
  readonly align: string | null;
  readonly on_deny: string | null;
  readonly on_upstream_error: string | null;
  readonly mode: string | null;
  readonly literal: string;
  readonly unknown: readonly UnknownKey[];
}

export interface ApprovalView {
  readonly pointer: string;
  readonly form: 'plain' | 'object' | 'odd';
  readonly when: readonly ConditionView[];
  readonly approvers: readonly string[] | null;
  readonly count: string | null;
  readonly expires: string | null;
  readonly reuse: string | null;
  readonly mode: string | null;
  readonly literal: string;
  readonly unknown: readonly UnknownKey[];
}

/** The rules of one tool, pattern, risk class, of every tool, or of what is no tool, as they are written. */
export interface BlockView {
  readonly pointer: string;
  readonly source: string;
  readonly odd: boolean;
  readonly action: string | null;
  readonly reason: string | null;
  readonly require: readonly RuleView[];
  readonly deny_if: readonly RuleView[];
  readonly limits: readonly LimitView[];
  readonly rate_limit: LimitView | null;
  readonly approval: ApprovalView | null;
  readonly dispatch: { readonly tool: string | null; readonly arguments: string | null } | false | null;
  readonly mode: string | null;
  readonly redact: readonly string[];
  readonly unknown: readonly UnknownKey[];
}

/** Reads a block. `base` is where `source` begins in the text that the node's offsets count in. */
export function readBlockView(node: SyntaxNode, pointer: string, source: string, base: number): BlockView {
  const at = (key: string) => memberOf(node, key);
  const items = <T>(key: string, read: (item: SyntaxNode, pointer: string) => T): T[] => {
    const list = at(key);
    return list?.kind === 'array' ? list.items.map((item, i) => read(item, pointerTo(pointerTo(pointer, key), i))) : [];
  };
  const cut = (part: SyntaxNode | null) => (part === null ? null : source.slice(part.start - base, part.end - base));

  const condition = (item: SyntaxNode, place: string): ConditionView => ({
    pointer: place,
    path: textOf(memberOf(item, 'path')),
    op: textOf(memberOf(item, 'op')),
    value: jsonOf(memberOf(item, 'value')),
    literal: cut(memberOf(item, 'value')),
    timezone: textOf(memberOf(item, 'timezone')),
    odd: item.kind === 'object' ? null : cut(item),
  });
  const unknownIn = (list: SyntaxNode | null, place: string): UnknownKey[] =>
    list?.kind === 'array'
      ? list.items.flatMap((item, i) => unknownKeysOf(item, pointerTo(place, i), keysOf('condition'), source, base))
      : [];
  const conditions = (list: SyntaxNode | null, place: string): ConditionView[] =>
    list?.kind === 'array' ? list.items.map((item, i) => condition(item, pointerTo(place, i))) : [];
  const rule = (item: SyntaxNode, place: string): RuleView => {
    const group = memberOf(item, 'conditions');
    return {
      pointer: place,
      form: item.kind !== 'object' ? 'odd' : group === null ? 'condition' : 'group',
      conditions: item.kind !== 'object' ? [] : group === null ? [condition(item, place)] : conditions(group, `${place}/conditions`),
      name: textOf(memberOf(item, 'name')),
      on_deny: textOf(memberOf(item, 'on_deny')),
      mode: textOf(memberOf(item, 'mode')),
      literal: cut(item) ?? '',
      unknown: [
        ...unknownKeysOf(item, place, keysOf(group === null ? 'condition' : 'rule'), source, base),
        ...unknownIn(group, `${place}/conditions`),
      ],
    };
  };
  const limit = (item: SyntaxNode, place: string, form: 'limit' | 'rate'): LimitView => {
    const text = (key: string) => textOf(memberOf(item, key));
    const rate = form === 'rate' && item.kind === 'string' ? /^\s*([0-9]+)\s*\/\s*([A-Za-z0-9]+)\s*$/.exec(item.value) : null;
    return {
      pointer: place,
      form: rate !== null ? 'rate-text' : item.kind === 'object' ? form : 'odd',
      counter: text('counter'),
      window: rate?.[2] ?? text('window') ?? cut(memberOf(item, 'window')),
      max: rate?.[1] ?? cut(memberOf(item, 'max')),
      increment: cut(memberOf(item, 'increment')),
      increment_from: text('increment_from'),
      scope: text('scope'),
      align: text('align'),
      on_deny: text('on_deny'),
      on_upstream_error: text('on_upstream_error'),
      mode: text('mode'),
      literal: cut(item) ?? '',
      unknown: unknownKeysOf(item, place, keysOf(form === 'limit' ? 'limit' : 'rate_limit'), source, base),
    };
  };
  const approval = (item: SyntaxNode, place: string): ApprovalView => ({
    pointer: place,
    form: item.kind === 'boolean' ? 'plain' : item.kind === 'object' ? 'object' : 'odd',
    when: conditions(memberOf(item, 'when'), `${place}/when`),
    approvers: memberOf(item, 'approvers') === null ? null : textsOf(memberOf(item, 'approvers')),
    count: cut(memberOf(item, 'count')),
    expires: textOf(memberOf(item, 'expires')),
    reuse: textOf(memberOf(item, 'reuse')),
    mode: textOf(memberOf(item, 'mode')),
    literal: cut(item) ?? '',
    unknown: [...unknownKeysOf(item, place, keysOf('approval'), source, base), ...unknownIn(memberOf(item, 'when'), `${place}/when`)],
  });

  const rate = at('rate_limit');
  const asks = at('approval');
  const dispatch = at('dispatch');
  return {
    pointer,
    source,
    odd: node.kind !== 'object',
    action: textOf(at('action')),
    reason: textOf(at('reason')),
    require: items('require', rule),
    deny_if: items('deny_if', rule),
    limits: items('limits', (item, place) => limit(item, place, 'limit')),
    rate_limit: rate === null || rate.kind === 'null' ? null : limit(rate, `${pointer}/rate_limit`, 'rate'),
    approval:
      asks === null || asks.kind === 'null' || (asks.kind === 'boolean' && !asks.value) ? null : approval(asks, `${pointer}/approval`),
    dispatch:
      dispatch?.kind === 'boolean' && !dispatch.value
        ? false
        : dispatch?.kind === 'object'
          ? { tool: textOf(memberOf(dispatch, 'tool')), arguments: textOf(memberOf(dispatch, 'arguments')) }
          : null,
    mode: textOf(at('mode')),
    redact: textsOf(at('redact')),
    unknown: unknownKeysOf(node, pointer, keysOf(sectionOf(pointer)), source, base),
  };
}

function sectionOf(pointer: string): keyof typeof MANIFEST {
  if (pointer === '/all_tools') return 'all_tools';
  if (pointer.startsWith('/risk/')) return 'risk_rule';
  if (pointer.startsWith('/tools/')) return 'tool';
  return pointer === '/resources/all' || pointer === '/prompts/all' ? 'all_targets' : 'target';
}

function keysOf(section: keyof typeof MANIFEST): readonly string[] {
  return Object.keys(MANIFEST[section]);
}
