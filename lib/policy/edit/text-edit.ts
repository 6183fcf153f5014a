/** Replaces `[start, end)` of a text; offsets are UTF-16 units, as editors and strings count. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text after edits that are sorted and do not overlap, as every change has them. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits) {
    if (edit.start < at || edit.end < edit.start || edit.end > text.length)
      throw new RangeError('edits must be sorted, apart and inside the text');
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** The edits that lead from the edited text back to `text`. */
export function invertEdits(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return edits.map((edit) => {
    const start = edit.start + shift;
    shift += edit.text.length - (edit.end - edit.start);
    return { start, end: start + edit.text.length, text: text.slice(edit.start, edit.end) };
  });
}

/**
 * Sorts edits of one text, joins those that touch or take the same blanks away, and cuts off what an edit would replace by
 * itself: what is left is what really changes.
 */
export function tidyEdits(text: string, edits: readonly TextEdit[]): TextEdit[] {
  const sorted = edits
    .map((edit, order) => ({ edit, order }))
    .sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end || a.order - b.order);
  const joined: TextEdit[] = [];
  for (const { edit } of sorted) {
    const last = joined.at(-1);
    if (last === undefined || edit.start > last.end) joined.push(edit);
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, edit.end), text: last.text + edit.text };
  }
  return joined.map((edit) => trimmed(text, edit)).filter((edit) => edit.end > edit.start || edit.text !== '');
}

/** Common ends are cut off, but never through a line break or a character pair: half of one is no text of its own. */
function trimmed(text: string, edit: TextEdit): TextEdit {
  let { start, end, text: inserted } = edit;
  let from = 0;
  let to = inserted.length;
  while (start < end && from < to && text[start] === inserted[from]) {
    start += 1;
    from += 1;
  }
  if (from > 0 && (splitsUnit(text, start) || splitsUnit(inserted, from))) {
    start -= 1;
    from -= 1;
  }
  while (end > start && to > from && text[end - 1] === inserted[to - 1]) {
    end -= 1;
    to -= 1;
  }
  if ((end < edit.end && splitsUnit(text, end)) || (to < inserted.length && splitsUnit(inserted, to))) {
    end += 1;
    to += 1;
  }
  inserted = inserted.slice(from, to);
  return { start, end, text: inserted };
}

function splitsUnit(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return false;
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return (before === 13 && after === 10) || (before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff);
}
