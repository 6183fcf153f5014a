import type { Editor } from './draft-editors';

/** What is asked to go live, before the rules are applied. */
export interface ChosenText {
  readonly text: string;
  /** SHA-256 of the draft it was made from; null when it is an old version. */
  readonly draftSha256: string | null;
  readonly restoredFrom: number | null;
  readonly editors: readonly Editor[];
}
