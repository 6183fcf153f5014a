import type { CallFormat } from '@/lib/domain/call-columns';
import type { Json } from '@/lib/kernel/json';
import { csvLine } from './csv-line';

export const EXPORT_FILES: Record<CallFormat, { readonly type: string; readonly ending: string }> = {
  ndjson: { type: 'application/x-ndjson', ending: 'ndjson' },
  csv: { type: 'text/csv', ending: 'csv' },
  ocsf: { type: 'application/x-ndjson', ending: 'ocsf.ndjson' },
};

/** `callgate-calls-20261120T120000Z.csv`; `nowMs` is epoch milliseconds. */
export function exportFile(what: 'calls' | 'changes', format: CallFormat, nowMs: number): { type: string; name: string } {
  const { type, ending } = EXPORT_FILES[format];
  const stamp = new Date(nowMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  return { type, name: `callgate-${what}-${stamp}.${ending}` };
}

/** The line before the first row; empty where a format has none. */
export const headText = (format: CallFormat, columns: readonly string[]): string => (format === 'csv' ? csvLine(columns) : '');

/** One row by its columns, with its line end. What a row does not have is null, and an empty cell. */
export function rowText(format: 'ndjson' | 'csv', columns: readonly string[], record: Readonly<Record<string, Json>>): string {
  const values = columns.map((column) => record[column] ?? null);
  if (format === 'csv') return csvLine(values);
  return `${JSON.stringify(Object.fromEntries(columns.map((column, at) => [column, values[at]])))}\n`;
}
