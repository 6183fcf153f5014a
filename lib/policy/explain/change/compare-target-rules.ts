import { EMPTY_BLOCK, type Mode, type PolicyDocument, type RuleBlock, type TargetRules } from '../../document';
import { compileNameGlob, isGlob } from '../../glob';
import { pointerTo } from '../../problem';
import type { ChangeSentence } from '../explanation';
import { compareBlocks } from './compare-blocks';
import { modeOf, type Side, sayer } from './side';

type Kind = 'resources' | 'prompts' | 'server';

const WORDS = {
  resources: { one: 'Resource', every: 'Every resource', rest: 'Resources not listed', hidden: 'Resources' },
  prompts: { one: 'Prompt', every: 'Every prompt', rest: 'Prompts not listed', hidden: 'Prompts' },
  server: { one: 'What the server asks,', every: 'Whatever the server asks', rest: 'What the server asks and is not listed', hidden: '' },
} as const;

/** The rules of one kind on one side of a comparison. */
export interface TargetSide {
  readonly kind: Kind;
  readonly mode: Mode;
  readonly rules: TargetRules;
}

/** `document` has rules of this kind. */
export function targetSide(kind: Kind, document: PolicyDocument): TargetSide {
  const { mode, server } = document;
  const none: TargetRules = { default: server?.default ?? 'allow', hide: [], all: null, rules: { ...server?.rules } };
  return { kind, mode, rules: kind === 'server' ? none : (document[kind] ?? none) };
}

/** What differs between rules of one kind, name by name. What cannot be ordered counts as opening. */
export function compareTargetRules(before: TargetSide, after: TargetSide): readonly ChangeSentence[] {
  const words = WORDS[before.kind];
  const compare = (subject: string, was: Side, is: Side) => compareBlocks({ subject, before: was, after: is, mayDispatch: false });
  const names = [...new Set([...Object.keys(after.rules.rules), ...Object.keys(before.rules.rules)])].sort();
  return [
    ...(before.rules.default === after.rules.default ? [] : compare(words.rest, restOf(before), restOf(after))),
    ...compareHidden(before, after),
    ...compare(words.every, allOf(before), allOf(after)),
    ...names.flatMap((name) => {
      const [was, is] = [governorOf(name, before), governorOf(name, after)];
      const subject = `${words.one} ${name}`;
      if (was !== null && is !== null) {
        const found = compare(subject, was, is);
        const own = Object.hasOwn(after.rules.rules, name) === Object.hasOwn(before.rules.rules, name);
        return found.length > 0 || own ? found : listed(subject, name, before, after, 'neutral');
      }
      return listed(subject, name, before, after, deniesAnew(name, before, after) ? 'tightens' : 'loosens');
    }),
  ];
}

/** Whatever decided before, now all of it is denied. */
function deniesAnew(name: string, before: TargetSide, after: TargetSide): boolean {
  const side = sideOf(name, after);
  return !Object.hasOwn(before.rules.rules, name) && side.block.action === 'deny' && modeOf(side) === 'enforce';
}

/** One name is listed on one side only. */
function listed(
  subject: string,
  name: string,
  before: TargetSide,
  after: TargetSide,
  effect: 'neutral' | 'loosens' | 'tightens',
): readonly ChangeSentence[] {
  const sentences: ChangeSentence[] = [];
  const isNew = Object.hasOwn(after.rules.rules, name);
  const text =
    effect === 'neutral'
      ? 'decided as before'
      : effect === 'tightens'
        ? 'denied by a rule of its own now'
        : isNew
          ? 'has rules of its own now'
          : 'no longer has rules of its own';
  const said = effect === 'neutral' ? `${isNew ? 'listed now' : 'no longer listed'}, ${text}` : text;
  sayer(subject, sentences)(effect, said, sideOf(name, isNew ? after : before).pointer, isNew ? 'after' : 'before');
  return sentences;
}

/** The block that decides everything that `name` stands for; null where it may be several. */
function governorOf(name: string, side: TargetSide): Side | null {
  const { rules } = side.rules;
  if (Object.hasOwn(rules, name)) return sideOf(name, side);
  // Names behind a pattern may each have another rule, unless there is none at all.
  if (isGlob(name)) return Object.keys(rules).length === 0 ? restOf(side) : null;
  const found = Object.keys(rules)
    .filter((key) => isGlob(key) && compileNameGlob(key)(name))
    .sort((a, b) => b.length - a.length);
  const [first, second] = found;
  if (first === undefined) return restOf(side);
  return second !== undefined && second.length === first.length ? null : sideOf(first, side);
}

function sideOf(name: string, { kind, mode, rules }: TargetSide): Side {
  const at = kind === 'server' ? '/server' : `/${kind}/rules`;
  return { block: rules.rules[name] ?? EMPTY_BLOCK, pointer: pointerTo(at, name), policyMode: mode, origin: 'tools' };
}

function restOf({ kind, mode, rules }: TargetSide): Side {
  const block: RuleBlock = rules.default === 'allow' ? EMPTY_BLOCK : { ...EMPTY_BLOCK, action: 'deny' };
  return { block, pointer: `/${kind}/default`, policyMode: mode, origin: 'default' };
}

function allOf({ kind, mode, rules }: TargetSide): Side {
  return { block: rules.all ?? EMPTY_BLOCK, pointer: `/${kind}/all`, policyMode: mode, origin: 'all_tools' };
}

function compareHidden(before: TargetSide, after: TargetSide): readonly ChangeSentence[] {
  const sentences: ChangeSentence[] = [];
  const say = sayer(WORDS[before.kind].hidden, sentences);
  const covers = (entries: readonly string[], name: string) =>
    entries.some((entry) => (isGlob(entry) ? compileNameGlob(entry)(name) : entry === name));
  const at = `/${before.kind}/hide`;
  const [was, is] = [before.rules.hide, after.rules.hide];
  for (const name of was)
    if (!is.includes(name))
      if (covers(is, name)) say('neutral', `${name} is still hidden, by another pattern`, at, 'before');
      else say('loosens', `${name} is no longer hidden`, at, 'before');
  for (const name of is)
    if (!was.includes(name))
      if (covers(was, name)) say('neutral', `${name} is hidden by name, as it was by a pattern`, at);
      else say('tightens', `${name} is hidden from agents now`, at);
  return sentences;
}
