import type { Json } from '@/lib/kernel/json';
import { arrange } from './arrange';
import type { Change } from './change';
import { Draft } from './draft';
import { EditError } from './edit-error';
import { newEntry } from './new-entry';
import { putValue } from './set-value';
import { Source } from './source';

/** Puts a value into the list at a pointer, before item `at` or last. The list is made when it is missing or null. */
export function insertItem(text: string, pointer: string, value: Json, at?: number): Change {
  const draft = new Draft(Source.open(text));
  const { path, rest } = draft.source.walk(pointer);
  const node = path.at(-1);
  if (node === undefined || rest.length > 0 || node.kind === 'null') {
    putValue(draft, pointer, [value]);
    return draft.change();
  }
  if (node.kind !== 'array')
    throw new EditError('place.wrong_kind', `${pointer || 'The document'} is no list, so nothing can be added to it.`, pointer);
  const index = Math.min(Math.max(at ?? node.items.length, 0), node.items.length);
  arrange(draft, node, new Set(), [newEntry(index, null, value, draft.source.style)]);
  return draft.change();
}
