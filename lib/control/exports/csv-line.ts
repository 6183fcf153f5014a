import type { Json } from '@/lib/kernel/json';

/**
 * Spreadsheets take a cell that begins so for a formula, and run it. Many part cells at semicolons or tabs whatever the quotes say, since a
 * quote counts only where a cell of theirs begins: what follows one of those is looked at like a beginning.
 */
const BEGINS = /^["\s]*[=+\-@＝＋－＠]|^[\t\r\n]/;
const BEGINS_WITHIN = /([;\t\r\n])(?=["\s]*[=+\-@＝＋－＠])/g;
const QUOTED = /[",\r\n]|^\s|\s$/;

/**
 * One line of CSV as RFC 4180 has it, with its CRLF. Texts that a spreadsheet would run get an apostrophe before them; numbers are
 * numbers. Objects and lists are JSON in one cell, null is an empty one.
 */
export const csvLine = (values: readonly Json[]): string => `${values.map(cell).join(',')}\r\n`;

function cell(value: Json): string {
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const within = text.replace(BEGINS_WITHIN, "$1'");
  const safe = BEGINS.test(text) ? `'${within}` : within;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
