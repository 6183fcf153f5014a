import type { Problem } from '../problem';

/** What became of one part of the original. */
export interface ReportRow {
  /** Where it stands in the original, e.g. `tools.create_charge.rules[1]`. */
  readonly from: string;
  /** Line of the original, from 1; 0 when it has none. */
  readonly line: number;
  /** JSON Pointer into the new text; null when nothing there stands for it. */
  readonly to: string | null;
  readonly status: 'mapped' | 'changed' | 'dropped';
  /** What the change does to the decisions: `looser` lets pass what the original refused, `unclear` depends on what was meant. */
  readonly effect: 'same' | 'stricter' | 'looser' | 'unclear';
  /** '' when there is nothing to say beyond the status. */
  readonly note: string;
}

export type ImportFormat = 'policylayer' | 'intercept' | 'callgate';

export interface Imported {
  readonly format: ImportFormat;
  readonly syntax: 'json' | 'yaml';
  /** The policy as JSONC; what was given when it cannot be read. */
  readonly text: string;
  readonly report: readonly ReportRow[];
  /** Of the original when it cannot be read (`inOriginal`), otherwise of the new text. */
  readonly problems: readonly Problem[];
  readonly inOriginal: boolean;
}

/** Collects rows in the order of the original. */
export class Report {
  readonly rows: ReportRow[] = [];

  mapped(from: string, line: number, to: string, note = ''): void {
    this.rows.push({ from, line, to, status: 'mapped', effect: 'same', note });
  }

  changed(from: string, line: number, to: string | null, effect: ReportRow['effect'], note: string): void {
    this.rows.push({ from, line, to, status: 'changed', effect, note });
  }

  dropped(from: string, line: number, effect: ReportRow['effect'], note: string): void {
    this.rows.push({ from, line, to: null, status: 'dropped', effect, note });
  }
}

/** A key behind a dot, or in brackets when it would not read as one. */
export function fromKey(parent: string, key: string): string {
  const step = /^[A-Za-z_][A-Za-z0-9_-]*$/.test(key) ? key : null;
  if (step === null) return `${parent}[${JSON.stringify(key)}]`;
  return parent === '' ? step : `${parent}.${step}`;
}
