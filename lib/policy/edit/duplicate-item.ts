import { plainValue } from '../parse';
import { arrange } from './arrange';
import type { Change } from './change';
import { Draft } from './draft';
import { EditError } from './edit-error';
import { copiedEntry } from './new-entry';
import { Source } from './source';

/** Puts a copy of a list item behind it, character for character, with the comments inside it but not those beside it. */
export function duplicateItem(text: string, pointer: string): Change {
  const source = Source.open(text);
  const { layout, index } = source.entryAt(pointer);
  const entry = layout.entries[index];
  if (entry === undefined || entry.key !== null)
    throw new EditError('place.wrong_kind', `${pointer} is no item of a list. To copy a member, give the copy a name.`, pointer);
  const draft = new Draft(source);
  arrange(draft, layout.node, new Set(), [copiedEntry(index + 1, text.slice(entry.start, entry.end), plainValue(entry.value))]);
  return draft.change();
}
