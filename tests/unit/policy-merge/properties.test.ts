import { describe, expect, it } from 'vitest';
import type { Json } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { setNote } from '@/lib/policy/edit/set-note';
import { setValue } from '@/lib/policy/edit/set-value';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import { mergePolicies } from '@/lib/policy/merge/merge-policies';
import { parsePolicyText } from '@/lib/policy/parse';
import { pointerTo } from '@/lib/policy/problem';
import { TextGenerator } from '../policy-edit/generate-text';
import { pointersIn, put, read, sameValue, valueAt } from '../policy-edit/value-edits';

const CASES = process.env['CALLGATE_SOAK'] === '1' ? 50_000 : 200;

/** Merging asks for texts without mistakes; some generated ones have numbers that are one. */
const isClean = (...texts: string[]) => texts.every((text) => !parsePolicyText(text).list.failed);

function baseOf(seed: number): { readonly generator: TextGenerator; readonly text: string; readonly value: Json } {
  const generator = new TextGenerator(seed);
  const text = generator.text(generator.object(3));
  return { generator, text, value: read(text).value };
}

function wildEdit(generator: TextGenerator, text: string, note: string): string {
  const { random } = generator;
  const { value } = read(text);
  const pointers = pointersIn(value);
  if (pointers.length === 0) return applyEdits(text, setValue(text, '/fresh', generator.value(2)).edits);
  const pointer = random.pick(pointers);
  const kind = random.below(4);
  if (kind === 0) return applyEdits(text, removeAt(text, pointer).edits);
  if (kind === 1) return applyEdits(text, setNote(text, pointer, note).edits);
  const held = valueAt(
    value,
    pointer
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')),
  );
  if (kind === 2 && Array.isArray(held)) return applyEdits(text, insertItem(text, pointer, generator.value(1)).edits);
  return applyEdits(text, setValue(text, pointer, generator.value(2)).edits);
}

describe('merging random edits of random texts', () => {
  it(`is the other side, letter for letter, where one side changed nothing (${CASES} cases)`, () => {
    for (let seed = 1; seed <= CASES; seed += 1) {
      const { generator, text } = baseOf(seed);
      const changed = wildEdit(generator, wildEdit(generator, text, 'one'), 'two');
      if (!isClean(text, changed)) continue;
      expect(mergePolicies(text, changed, text), `seed ${seed}`).toEqual({ text: changed, conflicts: [] });
      expect(mergePolicies(text, text, changed), `seed ${seed}`).toEqual({ text: changed, conflicts: [] });
      expect(mergePolicies(text, changed, changed), `seed ${seed}`).toEqual({ text: changed, conflicts: [] });
    }
  }, 120_000);

  it(`keeps values and comments of both sides that changed different members, whatever the layout (${CASES} cases)`, () => {
    for (let seed = 1; seed <= CASES; seed += 1) {
      const { generator, text, value } = baseOf(seed);
      if (!isJsonObject(value)) continue;
      const keys = [...Object.keys(value), 'fresh one', 'fresh two'];
      const first = generator.random.pick(keys);
      const second = generator.random.pick(keys.filter((key) => key !== first));
      const side = (key: string, note: string): readonly [string, Json] => {
        const next = generator.value(2);
        const set = applyEdits(text, setValue(text, pointerTo('', key), next).edits);
        return [applyEdits(set, setNote(set, pointerTo('', key), note).edits), next];
      };
      const [mine, mineValue] = side(first, 'why mine');
      const [theirs, theirValue] = side(second, 'why theirs');
      if (!isClean(text, mine, theirs)) continue;
      const merge = mergePolicies(text, mine, theirs);
      const about = `seed ${seed}\n--- base\n${text}\n--- mine\n${mine}\n--- theirs\n${theirs}\n--- merged\n${merge?.text}`;
      expect(merge?.conflicts, about).toEqual([]);
      const result = merge?.text ?? '';
      if (!sameValue(read(result).value, put(put(value, first, mineValue), second, theirValue))) expect.fail(`values are lost\n${about}`);
      if (!result.includes('why mine') || !result.includes('why theirs')) expect.fail(`a comment is lost\n${about}`);
    }
  }, 120_000);

  it(`gives a text that can be read, and lists places with what each side has there, for any two edits (${CASES} cases)`, () => {
    for (let seed = 1; seed <= CASES; seed += 1) {
      const { generator, text } = baseOf(seed);
      const mine = wildEdit(generator, wildEdit(generator, text, 'mine one'), 'mine two');
      const theirs = wildEdit(generator, wildEdit(generator, text, 'theirs one'), 'theirs two');
      if (!isClean(text, mine, theirs)) continue;
      const merge = mergePolicies(text, mine, theirs);
      const about = `seed ${seed}\n--- base\n${text}\n--- mine\n${mine}\n--- theirs\n${theirs}\n--- merged\n${merge?.text}`;
      if (merge === null) expect.fail(`not merged\n${about}`);
      const merged = read(merge.text).value;
      for (const conflict of merge.conflicts) {
        const tokens = conflict.pointer
          .split('/')
          .slice(1)
          .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
        const at = (value: Json) => {
          const found = valueAt(value, tokens);
          return found === undefined ? null : JSON.stringify(found);
        };
        expect(at(read(theirs).value), about).toBe(conflict.theirs);
        expect(at(read(mine).value), about).toBe(conflict.mine);
        expect(at(read(text).value), about).toBe(conflict.base);
        expect(at(merged), about).toBe(conflict.mine);
      }
    }
  }, 120_000);
});
