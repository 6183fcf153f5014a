import type { Change } from './change';
import { NO_CHANGE } from './change';
import { Draft } from './draft';
import { EditError } from './edit-error';
import { printKey } from './print-value';
import { Source } from './source';

/** Gives the member at a pointer another key; its place, value and comments stay. */
export function renameKey(text: string, pointer: string, key: string): Change {
  const source = Source.open(text);
  const { layout, index, parent } = source.entryAt(pointer);
  const entry = layout.entries[index];
  if (entry === undefined || entry.keySpan === null)
    throw new EditError('place.wrong_kind', `${pointer} is an item of a list and has no name to change.`, pointer);
  if (entry.key === key) return NO_CHANGE;
  refuseTaken(
    layout.entries.map((other) => other.key),
    key,
    parent,
  );
  const draft = new Draft(source);
  draft.replace(entry.keySpan.start, entry.keySpan.end, printKey(key));
  return draft.change();
}

/** Throws EditError when an object has a key already: of two equal keys one would be dead text. */
export function refuseTaken(keys: readonly (string | null)[], key: string, parent: string): void {
  if (keys.includes(key)) throw new EditError('key.taken', `"${key}" is there already. Choose another name, or change that one.`, parent);
}
