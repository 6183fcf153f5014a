import type { TextEdit } from './text-edit';

/** What a command does to a text: sorted edits that do not overlap, and every comment that goes with them, as it is written. */
export interface Change {
  readonly edits: readonly TextEdit[];
  readonly removedComments: readonly string[];
}

/** Nothing to do: the text says it already. */
export const NO_CHANGE: Change = { edits: [], removedComments: [] };
