import type { CallFormat } from '@/lib/domain/call-columns';

/** Beyond so many rows a file is made in the background: nobody waits for it in front of an open connection. */
export const DIRECT_ROWS_MAX = 10_000;

/** Bytes of a value in the rows of a busy installation; OCSF is measured by the row. */
const VALUE_BYTES = { ndjson: 31, csv: 15 } as const;
const OCSF_ROW_BYTES = 1_050;

/** A guess, to tell a file of kilobytes from one of gigabytes. */
export function guessedBytes(rows: number, format: CallFormat, columns: number): number {
  return rows * (format === 'ocsf' ? OCSF_ROW_BYTES : columns * VALUE_BYTES[format]);
}

export const FORMATS: Record<CallFormat, { label: string; hint: string }> = {
  csv: { label: 'CSV', hint: 'For spreadsheets. Texts that one would run as a formula are made safe.' },
  ndjson: { label: 'NDJSON', hint: 'One JSON object a line, for programs.' },
  ocsf: { label: 'OCSF', hint: 'NDJSON in the fields of the Open Cybersecurity Schema Framework, for a SIEM.' },
};
