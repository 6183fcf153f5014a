import { type Change, NO_CHANGE } from './change';
import { composeEdits } from './compose-edits';
import { applyEdits, type TextEdit } from './text-edit';

/** Several changes, each made on the text that the one before left, as one change of the first text. */
export function compose(text: string, ...steps: readonly ((text: string) => Change)[]): Change {
  let now = text;
  let edits: readonly TextEdit[] = NO_CHANGE.edits;
  const removedComments: string[] = [];
  for (const step of steps) {
    const change = step(now);
    edits = composeEdits(text, edits, change.edits);
    removedComments.push(...change.removedComments);
    now = applyEdits(now, change.edits);
  }
  return { edits, removedComments };
}
