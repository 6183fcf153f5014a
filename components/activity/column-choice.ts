import { SCREEN_COLUMNS, type ScreenColumn, USUAL_SCREEN_COLUMNS } from '@/lib/domain/call-columns';

/** Which columns the list has. */
export interface ColumnChoice {
  /** In their order; the time is always among them. */
  readonly shown: readonly ScreenColumn[];
  /** Names in the address that no column has, as they stand there. */
  readonly unknown: readonly string[];
  /** Somebody chose: the columns are not the usual ones. */
  readonly chosen: boolean;
}

/** Makes other columns of those that the list has, and gives them back. */
export type ChangeColumns = (change: (shown: readonly ScreenColumn[]) => readonly ScreenColumn[]) => readonly ScreenColumn[];

const UNKNOWN_MAX = 5;

/** Reads `columns` of the address; without it the usual ones. Names that are there twice count once. */
export function columnChoice(text: string | null): ColumnChoice {
  const names = new Set((text ?? '').split(',').filter((name) => name !== ''));
  const shown = [...names].filter(isColumn);
  const unknown = [...names].filter((name) => !isColumn(name)).slice(0, UNKNOWN_MAX);
  if (shown.length === 0) return { shown: USUAL_SCREEN_COLUMNS, unknown, chosen: false };
  if (!shown.includes('at')) shown.unshift('at');
  return { shown, unknown, chosen: columnsText(shown) !== null };
}

/** How the address tells of columns; null for the usual ones. */
export function columnsText(shown: readonly ScreenColumn[]): string | null {
  const text = shown.join(',');
  return text === USUAL_SCREEN_COLUMNS.join(',') ? null : text;
}

/** With the column behind the others, or without it. */
export const toggled = (shown: readonly ScreenColumn[], column: ScreenColumn): readonly ScreenColumn[] =>
  shown.includes(column) ? shown.filter((one) => one === 'at' || one !== column) : [...shown, column];

/** With the column one place nearer to the beginning (-1) or to the end (1), where there is one. */
export function moved(shown: readonly ScreenColumn[], column: ScreenColumn, by: -1 | 1): readonly ScreenColumn[] {
  const from = shown.indexOf(column);
  const other = shown[from + by];
  return from < 0 || other === undefined ? shown : shown.with(from, other).with(from + by, column);
}

function isColumn(name: string): name is ScreenColumn {
  return Object.hasOwn(SCREEN_COLUMNS, name);
}
