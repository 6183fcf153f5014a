import { plainValue } from '../parse';
import { arrange } from './arrange';
import type { Change } from './change';
import { Draft } from './draft';
import { EditError } from './edit-error';
import { copiedEntry } from './new-entry';
import { printKey } from './print-value';
import { refuseTaken } from './rename-key';
import { Source } from './source';

/** Puts a copy of a member behind it under another key, character for character, with the comments inside it but not those beside it. */
export function duplicateMember(text: string, pointer: string, newKey: string): Change {
  const source = Source.open(text);
  const { layout, index, parent } = source.entryAt(pointer);
  const entry = layout.entries[index];
  if (entry === undefined || entry.keySpan === null)
    throw new EditError('place.wrong_kind', `${pointer} is an item of a list, which is copied without a name.`, pointer);
  refuseTaken(
    layout.entries.map(({ key }) => key),
    newKey,
    parent,
  );
  const copy = printKey(newKey) + text.slice(entry.keySpan.end, entry.end);
  const draft = new Draft(source);
  arrange(draft, layout.node, new Set(), [copiedEntry(index + 1, copy, plainValue(entry.value))]);
  return draft.change();
}
