import { describe, expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import type { Change } from '@/lib/policy/edit/change';
import { compose } from '@/lib/policy/edit/compose';
import { duplicateItem } from '@/lib/policy/edit/duplicate-item';
import { duplicateMember } from '@/lib/policy/edit/duplicate-member';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { noteOf } from '@/lib/policy/edit/note-of';
import { pointerTokens } from '@/lib/policy/edit/pointer';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { renameKey } from '@/lib/policy/edit/rename-key';
import { setNote } from '@/lib/policy/edit/set-note';
import { setValue } from '@/lib/policy/edit/set-value';
import { applyEdits, invertEdits } from '@/lib/policy/edit/text-edit';
import { pointerTo } from '@/lib/policy/problem';
import { TextGenerator } from './generate-text';
import { changedAt, commentTexts, type Owner, ownersOf, pointersIn, put, read, sameValue, valueAt, without } from './value-edits';

const CASES = process.env['CALLGATE_SOAK'] === '1' ? 200_000 : 4_000;

interface Case {
  readonly text: string;
  readonly value: Json;
  readonly owners: ReadonlyMap<string, Owner>;
  readonly generator: TextGenerator;
}

/** What an edit should do: to the value, and to the places of what stays. `where` gives null for what goes or is made anew. */
interface Expected {
  readonly change: Change;
  readonly value: Json;
  readonly where: (pointer: string) => string | null;
  /** Comments that the edit writes a second time. */
  readonly copies?: boolean;
}

type Edit = (one: Case) => Expected | null;

const pick = ({ generator }: Case, pointers: readonly string[]) => (pointers.length === 0 ? null : generator.random.pick(pointers));
const same = (pointer: string) => pointer;
const split = (pointer: string) => {
  const tokens = pointerTokens(pointer);
  const token = tokens.pop() ?? '';
  return { parent: tokens.reduce(pointerTo, ''), token };
};

/** Items behind the place move by `by`. */
const shifted = (list: string, from: number, by: number) => (pointer: string) => {
  if (!pointer.startsWith(`${list}/`)) return pointer;
  const [token = '', ...rest] = pointer.slice(list.length + 1).split('/');
  const index = Number(token);
  return [list, index >= from ? index + by : index, ...rest].join('/');
};

const EDITS: Readonly<Record<string, Edit>> = {
  remove: (one) => {
    const pointer = pick(one, pointersIn(one.value));
    if (pointer === null) return null;
    const { parent, token } = split(pointer);
    const inList = Array.isArray(valueAt(one.value, pointerTokens(parent)));
    const move = inList ? shifted(parent, Number(token) + 1, -1) : same;
    return {
      change: removeAt(one.text, pointer),
      value: changedAt(one.value, pointerTokens(pointer), without),
      where: (at) => (at === pointer || at.startsWith(`${pointer}/`) ? null : move(at)),
    };
  },
  insert: (one) => {
    const list = pick(
      one,
      ['', ...pointersIn(one.value)].filter((at) => Array.isArray(valueAt(one.value, pointerTokens(at)))),
    );
    if (list === null) return null;
    const items = valueAt(one.value, pointerTokens(list)) as readonly Json[];
    const at = one.generator.random.below(items.length + 1);
    const value = one.generator.value(2);
    const next = [...items.slice(0, at), value, ...items.slice(at)];
    return {
      change: insertItem(one.text, list, value, at),
      value: list === '' ? next : changedAt(one.value, pointerTokens(list), (holder, token) => put(holder, token, next)),
      where: shifted(list, at, 1),
    };
  },
  add: (one) => {
    const object = pick(
      one,
      ['', ...pointersIn(one.value)].filter((at) => isObject(valueAt(one.value, pointerTokens(at)))),
    );
    if (object === null) return null;
    const key = one.generator.random.pick(['new', 'n/e~w', 'action', 'default', 'näu']);
    if (valueAt(one.value, [...pointerTokens(object), key]) !== undefined) return null;
    const value = one.generator.value(2);
    const deep = one.generator.random.chance(0.3);
    const pointer = pointerTo(object, key) + (deep ? '/in/ner' : '');
    return {
      change: setValue(one.text, pointer, value),
      value: changedAt(one.value, [...pointerTokens(object), key], (holder, token) =>
        put(holder, token, deep ? { in: { ner: value } } : value),
      ),
      where: same,
    };
  },
  set: (one) => {
    const pointer = pick(one, ['', ...pointersIn(one.value)]);
    if (pointer === null) return null;
    const value = one.generator.value(3);
    return {
      change: setValue(one.text, pointer, value),
      value: pointer === '' ? value : changedAt(one.value, pointerTokens(pointer), (holder, token) => put(holder, token, value)),
      where: (at) => (at === pointer || at.startsWith(`${pointer}/`) ? null : at),
    };
  },
  rename: (one) => {
    const pointer = pick(
      one,
      pointersIn(one.value).filter((at) => isObject(valueAt(one.value, pointerTokens(split(at).parent)))),
    );
    if (pointer === null) return null;
    const { parent, token } = split(pointer);
    const renamed = pointerTo(parent, 're/na~med "');
    return {
      change: renameKey(one.text, pointer, 're/na~med "'),
      value: changedAt(one.value, pointerTokens(pointer), (holder) =>
        put(without(holder, token), 're/na~med "', valueAt(holder, [token]) as Json),
      ),
      where: (at) => (at === pointer || at.startsWith(`${pointer}/`) ? renamed + at.slice(pointer.length) : at),
    };
  },
  duplicate: (one) => {
    const pointer = pick(one, pointersIn(one.value));
    if (pointer === null) return null;
    const { parent, token } = split(pointer);
    const copy = valueAt(one.value, pointerTokens(pointer)) as Json;
    const holder = valueAt(one.value, pointerTokens(parent)) as Json;
    const list = Array.isArray(holder);
    const next = list ? [...holder.slice(0, Number(token) + 1), copy, ...holder.slice(Number(token) + 1)] : put(holder, 'copy', copy);
    return {
      change: list ? duplicateItem(one.text, pointer) : duplicateMember(one.text, pointer, 'copy'),
      value: parent === '' ? next : changedAt(one.value, pointerTokens(parent), (above, name) => put(above, name, next)),
      where: list ? shifted(parent, Number(token) + 1, 1) : same,
      copies: true,
    };
  },
  compose: (one) => {
    const first = one.generator.random.pick([EDITS['remove'], EDITS['insert'], EDITS['add']])?.(one);
    if (first === undefined || first === null) return null;
    const text = applyEdits(one.text, first.change.edits);
    const { root, value } = read(text);
    const second = EDITS['add']?.({ ...one, text, value, owners: ownersOf(text, root) });
    if (second === undefined || second === null) return null;
    return {
      ...second,
      change: compose(
        one.text,
        () => first.change,
        () => second.change,
      ),
      where: (at) => first.where(at),
    };
  },
};

describe.each(Object.entries(EDITS))('%s on random texts', (name, edit) => {
  it(`changes the value as asked, keeps every comment with its owner, and can be undone (${CASES} cases)`, () => {
    for (let seed = 1; seed <= CASES; seed += 1) {
      const one = caseOf(seed);
      const expected = edit(one);
      if (expected !== null) check(name, seed, one, expected);
    }
  }, 600_000);
});

function caseOf(seed: number): Case {
  const generator = new TextGenerator(seed);
  const text = generator.text(generator.random.chance(0.85) ? generator.object(3) : generator.value(3));
  const { root, value } = read(text);
  return { text, value, owners: ownersOf(text, root), generator };
}

function check(name: string, seed: number, one: Case, { change, value, where, copies }: Expected): void {
  const after = applyEdits(one.text, change.edits);
  const about = () => `${name}, seed ${seed}\n--- before\n${one.text}\n--- after\n${after}\n--- edits ${JSON.stringify(change)}\n`;
  let result: ReturnType<typeof read>;
  try {
    result = read(after);
  } catch (error) {
    throw new Error(`${String(error)}\n${about()}`);
  }
  if (!sameValue(result.value, value)) expect.fail(`the value is not as asked: ${JSON.stringify(value)}\n${about()}`);
  if (applyEdits(after, invertEdits(one.text, change.edits)) !== one.text) expect.fail(`undo does not restore the text\n${about()}`);
  const removed = new Set(change.removedComments);
  const stays = commentTexts(one.text).filter((comment) => !removed.has(comment));
  const found = commentTexts(after);
  if (copies === true) {
    if (stays.some((comment) => !found.includes(comment))) expect.fail(`a comment is lost\n${about()}`);
  } else if (stays.join('\u0000') !== found.join('\u0000')) expect.fail(`comments are not as said\n${about()}`);
  const owners = ownersOf(after, result.root);
  for (const comment of stays) {
    const before = one.owners.get(comment);
    const now = owners.get(comment);
    const place = before === undefined ? null : where(before.pointer);
    if (copies === true && found.filter((other) => other === comment).length > 1) continue;
    if (place === null) continue;
    if (now === undefined || now.role !== before?.role || now.pointer !== place) {
      expect.fail(`${comment} belonged to ${JSON.stringify(before)} and now to ${JSON.stringify(now)}\n${about()}`);
    }
  }
  for (const line of change.edits.map(({ text }) => text))
    if (copies !== true && /[ \t]+(?:\r|\n)/.test(line)) expect.fail(`blanks at the end of a line\n${about()}`);
}

function isObject(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

describe('notes on random texts', () => {
  it(`reads back what it wrote, and changes no other comment (${CASES} cases)`, () => {
    for (let seed = 1; seed <= CASES; seed += 1) {
      const one = caseOf(seed);
      const pointer = pick(one, ['', ...pointersIn(one.value)]);
      if (pointer === null) continue;
      const note = one.generator.random.pick(['one line', 'two\nlines', null, 'with */ in it', '// slashes', 'a\n\nb']);
      const change = setNote(one.text, pointer, note);
      const after = applyEdits(one.text, change.edits);
      const about = () => `seed ${seed}, ${pointer}, ${JSON.stringify(note)}\n--- before\n${one.text}\n--- after\n${after}\n`;
      try {
        if (!sameValue(read(after).value, one.value)) expect.fail(`the value changed\n${about()}`);
      } catch (error) {
        throw new Error(`${String(error)}\n${about()}`);
      }
      const read2 = noteOf(after, pointer);
      const plain = note?.replaceAll('\n', ' ').replaceAll('*/', '* /').replace(/ +/g, ' ') ?? null;
      if (read2 !== note && read2?.replace(/ +/g, ' ') !== plain) expect.fail(`reads ${JSON.stringify(read2)}\n${about()}`);
      const removed = new Set(change.removedComments);
      const stays = commentTexts(one.text).filter((comment) => !removed.has(comment));
      const found = commentTexts(after);
      if (stays.some((comment) => !found.includes(comment))) expect.fail(`a comment is lost\n${about()}`);
    }
  }, 600_000);
});
