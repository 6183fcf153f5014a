/** Why a text cannot be edited as asked: stable, for code that reacts to it. */
export type EditErrorCode =
  | 'text.invalid'
  | 'pointer.invalid'
  | 'pointer.missing'
  | 'place.wrong_kind'
  | 'key.taken'
  | 'key.refused'
  | 'value.refused'
  | 'literal.invalid'
  | 'tool.covered_by_glob';

/** An edit that cannot be made. The message says what is in the way and what to do; the text is as it was. */
export class EditError extends Error {
  override readonly name = 'EditError';

  constructor(
    readonly code: EditErrorCode,
    message: string,
    /** JSON Pointer of what is in the way, where there is one. */
    readonly pointer: string | null = null,
  ) {
    super(message);
  }
}
