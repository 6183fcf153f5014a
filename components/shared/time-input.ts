const MINUTE_MS = 60_000;

/** `datetime-local` speaks local time; under UTC its text is read as UTC. */
export function timeToInput(iso: string | null, utc: boolean): string {
  return iso ? new Date(Date.parse(iso) - (utc ? 0 : new Date(iso).getTimezoneOffset() * MINUTE_MS)).toISOString().slice(0, 16) : '';
}

/** The time that the text of a `datetime-local` means; null when it is empty or half typed. */
export function timeFromInput(text: string, utc: boolean): string | null {
  const ms = Date.parse(utc ? `${text}Z` : text);
  return text === '' || Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
