const ISO_TIME = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Epoch milliseconds of an ISO 8601 time with an offset, or of a date (its midnight in UTC); null for any other text.
 * A time without an offset is refused: it means a different instant for every reader.
 */
export function parseIsoTime(text: string): number | null {
  if (text.length > 40) return null;
  const match = ISO_TIME.exec(text);
  if (match === null) return null;
  const day = Number(match[3]);
  if (day < 1 || day > daysInMonth(Number(match[1]), Number(match[2]))) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

function daysInMonth(year: number, month: number): number {
  return month < 1 || month > 12 ? 0 : new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
