import type { Json } from '@/lib/kernel/json';
import { compose } from '../edit/compose';
import { insertItem } from '../edit/insert-item';
import { removeAt } from '../edit/remove-at';
import { renameKey } from '../edit/rename-key';
import { setValue } from '../edit/set-value';
import type { PlannedFix } from './review-context';

/**
 * Takes something out, with the lists and objects that it leaves empty. An approval stays when its conditions go: without it
 * nobody would be asked, which no fix of a condition may bring about.
 */
export function removal(title: string, pointer: string): PlannedFix {
  const removeEmptyParents = !/\/approval\/when(?:\/\d+)?$/.test(pointer);
  return { title, change: (text) => removeAt(text, pointer, { removeEmptyParents }) };
}

/** Puts a value at a place, which is made when it is not there. */
export function setting(title: string, pointer: string, value: Json): PlannedFix {
  return { title, change: (text) => setValue(text, pointer, value) };
}

/** Gives a member another key. */
export function renaming(title: string, pointer: string, key: string): PlannedFix {
  return { title, change: (text) => renameKey(text, pointer, key) };
}

/** Adds an item to the end of a list, or before item `at`; the list is made when it is not there. */
export function adding(title: string, pointer: string, value: Json, at?: number): PlannedFix {
  return { title, change: (text) => insertItem(text, pointer, value, at) };
}

/** Several changes with one click. */
export function together(title: string, ...fixes: readonly PlannedFix[]): PlannedFix {
  return { title, change: (text) => compose(text, ...fixes.map(({ change }) => change)) };
}

/** Makes a condition test otherwise; what else is written with it stays. */
export function retesting(title: string, condition: string, op: string, value: Json): PlannedFix {
  return together(title, setting('', `${condition}/op`, op), setting('', `${condition}/value`, value));
}
