import type { Draft } from './draft';
import type { Layout } from './layout';
import { afterBlanks, afterBreak, beforeBlanks, beforeBreak, endsLine, lineEnd, lineStart, startsLine } from './trivia';

/** Neighbours that go together, with nothing between them that stays. */
export interface Run {
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
}

/** The removed entries as runs, in order. */
export function runsOf(layout: Layout, removed: ReadonlySet<number>): Run[] {
  const runs: Run[] = [];
  for (const [i, { from, to }] of layout.entries.entries()) {
    if (!removed.has(i)) continue;
    const run = runs.at(-1);
    const joins = run !== undefined && run.last === i - 1 && !layout.loose.some(({ start }) => start >= run.to && start < from);
    if (joins) runs[runs.length - 1] = { first: run.first, last: i, from: run.from, to };
    else runs.push({ first: i, last: i, from, to });
  }
  return runs;
}

/** Takes a run out with the white space that only it needed: its lines where it has them for itself, else the blanks beside it. */
export function removeRun(draft: Draft, layout: Layout, run: Run): void {
  const { text } = draft.source;
  const starts = startsLine(text, run.from);
  const ends = endsLine(text, run.to);
  const closes = afterBlanks(text, run.to) === layout.close;
  if (starts && ends) removeLines(draft, layout, run);
  else if (ends || (closes && !starts)) draft.replace(beforeBlanks(text, run.from), run.to, '');
  else if (closes && endsBefore(layout, run) !== null) draft.replace(endsBefore(layout, run) ?? run.from, run.to, '');
  else draft.replace(run.from, afterBlanks(text, run.to), '');
}

/** Where the entry before ends, if the bracket may move up to it: not behind a line comment, nor past a comment of nobody. */
function endsBefore(layout: Layout, run: Run): number | null {
  const before = layout.entries[run.first - 1];
  if (before === undefined || before.beside.at(-1)?.style === 'line') return null;
  return layout.loose.some(({ start }) => start >= before.to && start < run.from) ? null : before.to;
}

function removeLines(draft: Draft, layout: Layout, run: Run): void {
  const { text } = draft.source;
  let from = lineStart(text, run.from);
  let to = afterBreak(text, lineEnd(text, run.to));
  const blanksFrom = blankLinesBefore(text, from);
  const blanksTo = blankLinesAfter(text, to);
  const opens = beforeBlanks(text, beforeBreak(text, blanksFrom)) === layout.open;
  if (afterBlanks(text, blanksTo) === layout.close) from = blanksFrom;
  else if (opens || blanksFrom < from) to = blanksTo;
  draft.replace(from, to, '');
}

function blankLinesBefore(text: string, at: number): number {
  let from = at;
  for (;;) {
    const line = beforeBlanks(text, beforeBreak(text, from));
    if (beforeBreak(text, from) === from || lineStart(text, line) !== line) return from;
    from = line;
  }
}

function blankLinesAfter(text: string, at: number): number {
  let to = at;
  for (;;) {
    const line = afterBlanks(text, to);
    const next = afterBreak(text, line);
    if (next === line) return to;
    to = next;
  }
}
