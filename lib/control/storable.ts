/** PostgreSQL stores no NUL and no lone surrogate; both become U+FFFD. For texts that are shown, never for what is compared. */
export function storableText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD').replaceAll('\u0000', '\uFFFD');
}

/** The same for every string inside a JSON value. */
export function storableJson(value: object): object {
  return JSON.parse(JSON.stringify(value), (_key, member: unknown) =>
    typeof member === 'string' ? storableText(member) : member,
  ) as object;
}
