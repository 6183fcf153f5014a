import type { Json } from '@/lib/kernel/json';
import type { Draft } from './draft';
import type { Layout } from './layout';
import type { NewEntry } from './new-entry';
import { goesOnOneLine, LINE_MAX } from './print-value';
import type { Source } from './source';
import { hasBlankLine, hasBreak, indentAt, lineStart, startsLine } from './trivia';
import { hasComments, shapeOf, writeEntry } from './write-entries';

/** Writes the entries of an object or list that has none, or keeps none of its own. */
export function fillContainer(draft: Draft, layout: Layout, added: readonly NewEntry[]): void {
  const { source } = draft;
  if (layout.loose.length > 0) fillBelowComments(draft, layout, added);
  else if (added.length === 0) {
    if (layout.entries.length > 0) draft.replace(layout.open, layout.close, '');
  } else if (onOneLine(source, layout, added)) {
    const pad = layout.node.kind === 'object' ? source.style.objectPad : source.style.listPad;
    const body = added.map((entry) => entry.write('', 'one-line')).join(source.style.comma);
    draft.replace(layout.open, layout.close, pad + body + pad);
  } else {
    const { eol, trailingComma, unit } = source.style;
    const outer = indentAt(source.text, layout.node.start);
    const last = layout.entries.at(-1);
    const trailing = last === undefined ? trailingComma : last.comma !== null;
    draft.replace(layout.open, layout.close, eol + writeLines(source, added, outer + unit, trailing) + eol + outer);
  }
}

/** Below the comments that are there, with a blank line between, so that none of them becomes the note of what is new. */
function fillBelowComments(draft: Draft, layout: Layout, added: readonly NewEntry[]): void {
  if (added.length === 0) return;
  const { text, style } = draft.source;
  const last = layout.loose.at(-1)?.end ?? layout.open;
  const outer = indentAt(text, layout.node.start);
  const model = layout.loose.find(({ start }) => startsLine(text, start));
  const indent = model === undefined ? outer + style.unit : indentAt(text, model.start);
  const apart = !hasBreak(text, layout.open, last) || hasBlankLine(text, last, layout.close);
  const body = (apart ? '' : style.eol) + writeLines(draft.source, added, indent, style.trailingComma) + style.eol;
  if (hasBreak(text, last, layout.close)) {
    const at = lineStart(text, layout.close);
    draft.replace(at, at, body);
  } else draft.replace(last, layout.close, style.eol + body + outer);
}

function writeLines(source: Source, added: readonly NewEntry[], indent: string, trailing: boolean): string {
  return added
    .map((entry, i) => {
      const shape = shapeOf(source, entry.value, [], indent);
      return indent + writeEntry(entry, indent, shape, trailing || i < added.length - 1, source.style.eol);
    })
    .join(source.style.eol);
}

/** Whether what was on one line stays there, and what was empty fits. */
function onOneLine(source: Source, layout: Layout, added: readonly NewEntry[]): boolean {
  const { text, style } = source;
  if (added.some(hasComments)) return false;
  if (style.oneLine) return true;
  if (hasBreak(text, layout.open, layout.close) || layout.node === source.root) return false;
  if (layout.entries.length > 0) return true;
  const written = added.map((entry) => entry.write('', 'one-line'));
  if (written.some((entry) => hasBreak(entry, 0, entry.length))) return false;
  const values = added.map(({ value }) => value);
  const whole: Json = layout.node.kind === 'array' ? values : Object.fromEntries(values.map((value, i) => [`${i}`, value]));
  const indent = indentAt(text, layout.node.start);
  const habit = shapeOf(source, whole, source.siblingsOf(layout.node), indent);
  if (habit !== 'auto') return habit === 'one-line';
  const length = layout.open - lineStart(text, layout.node.start) + written.join(style.comma).length + 3;
  return goesOnOneLine(whole, style, '') && length <= LINE_MAX;
}
