'use client';

import { CopyButton } from '@/components/shared/copy-button';
import { formatBytes } from '@/components/shared/format';
import { ARGUMENT_ROWS_MAX, memberPath } from '@/lib/domain/approval/argument-path';

/** So much of a value is shown before somebody asks for the rest. */
export const SHOWN_CHARACTERS = 400;

export interface ArgumentRow {
  readonly name: string;
  readonly text: string;
}

/** Objects are opened so deep, as the comparison with earlier calls opens them. */
const DEPTH_MAX = 3;

/** One row a member of the canonical text, by dotted path; what is no object is one row. Values are JSON, so that `"725"` and `725` differ. */
export function rowsOf(canonical: string): ArgumentRow[] {
  const rows: ArgumentRow[] = [];
  const walk = (value: unknown, path: string, depth: number): void => {
    const members = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
    if (members !== null && depth < DEPTH_MAX && members.length > 0) {
      for (const [name, member] of members) walk(member, memberPath(path, name), depth + 1);
    } else if (path !== '' || members === null) rows.push({ name: path, text: JSON.stringify(value) });
  };
  walk(JSON.parse(canonical), '', 0);
  return rows;
}

/** What a reader has not seen in full yet. */
export const isLong = (row: ArgumentRow): boolean => row.text.length > SHOWN_CHARACTERS;

/** Stands among the opened names for the arguments beyond the first ones. */
const REST = '\u0000rest';

/** What is shown, and how to show the rest. A call can have more arguments than a page can hold. */
export function shownRows(
  rows: readonly ArgumentRow[],
  opened: ReadonlySet<string>,
): { readonly shown: readonly ArgumentRow[]; readonly more: number; readonly rest: string } {
  const shown = opened.has(REST) ? rows : rows.slice(0, ARGUMENT_ROWS_MAX);
  return { shown, more: rows.length - shown.length, rest: REST };
}

/** How many parts of the arguments were not read to the end yet. */
export function unreadParts(rows: readonly ArgumentRow[], opened: ReadonlySet<string>): number {
  const { shown, more } = shownRows(rows, opened);
  return shown.filter((row) => isLong(row) && !opened.has(row.name)).length + (more > 0 ? 1 : 0);
}

/** The exact bytes for who wants to compare them. */
export function ExactArguments({ text, bytes, digest }: { text: string; bytes: number; digest: string }) {
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-meta text-ink-3">
      <span>{formatBytes(bytes)} of canonical JSON</span>
      <span>
        HMAC <code className="font-mono">{digest.slice(0, 16)}…</code>
      </span>
      <CopyButton text={text} label="Copy exact arguments" withWord />
    </p>
  );
}
