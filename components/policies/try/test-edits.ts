import type { JsonObject } from '@/lib/kernel/json';
import type { PolicyTest } from '@/lib/policy/document';
import { type Change, NO_CHANGE } from '@/lib/policy/edit/change';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { setValue } from '@/lib/policy/edit/set-value';
import { outcomeOf, type TestResult } from '@/lib/policy/run-tests';

/** Adds a test after the others, or writes it over the one at `pointer`. */
export function putTest(text: string, pointer: string | null, test: JsonObject): Change {
  return pointer === null ? insertItem(text, '/tests', test) : setValue(text, pointer, test);
}

export function renameTest(text: string, pointer: string, name: string): Change {
  return setValue(text, `${pointer}/name`, name);
}

/** The last test takes the empty list with it. */
export function removeTest(text: string, pointer: string): Change {
  return removeAt(text, pointer, { removeEmptyParents: true });
}

/** Expects from now on what comes of the call. What a test left open, the rule or the words, stays open. */
export function expectWhatComes(text: string, test: PolicyTest, { pointer, decision, passed }: TestResult): Change {
  if (passed) return NO_CHANGE;
  const { rule, message } = test.expect;
  const outcome = outcomeOf(decision);
  const bound = {
    ...(rule === null ? null : { rule: decision.rule }),
    ...(message === null || decision.message === null ? null : { message: decision.message }),
  };
  return setValue(text, `${pointer}/expect`, Object.keys(bound).length === 0 ? outcome : { outcome, ...bound });
}

/** Why a test cannot have this name, or null. */
export function nameMistake(name: string, taken: readonly string[]): string | null {
  if (name === '') return 'Give it a name.';
  if (taken.includes(name)) return 'Another test has this name.';
  return name.length > 200 ? 'At most 200 characters.' : null;
}
