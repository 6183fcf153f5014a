import type { Json } from '@/lib/kernel/json';

/**
 * Spreadsheets take a cell that begins so for a formula, and run it; full-width signs too. Where `;` parts the cells, as in much of Europe, a cell
 * begins behind each of them, and behind a tab or a line break, whatever the quotes say.
 */
const FORMULA = /(^|[;\t\r\n])(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r\n])/g;
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
  const safe = text.replace(FORMULA, "$1'");
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
