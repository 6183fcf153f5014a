const CONTEXT = 3;
/** Beyond this the middle is shown as replaced whole: exactness there costs more than anyone reads. */
const CELLS_MAX = 4_000_000;

/** The unified diff of two texts, or '' when they are equal. */
export function unifiedDiff(before, after, names) {
  if (before === after) return '';
  const edits = lineEdits(linesOf(before), linesOf(after));
  const lines = [`--- ${names.before}`, `+++ ${names.after}`];
  for (const hunk of hunksOf(edits)) {
    const old = hunk.edits.filter((edit) => edit.sign !== '+').length;
    const fresh = hunk.edits.filter((edit) => edit.sign !== '-').length;
    lines.push(`@@ -${range(hunk.oldLine, old)} +${range(hunk.newLine, fresh)} @@`);
    for (const edit of hunk.edits) {
      lines.push(`${edit.sign}${edit.line}`);
      if (edit.unended) lines.push('\\ No newline at end of file');
    }
  }
  return lines.join('\n');
}

const range = (line, count) => (count === 1 ? String(line) : `${count === 0 ? line - 1 : line},${count}`);

function linesOf(text) {
  if (text === '') return [];
  const ended = text.endsWith('\n');
  const lines = (ended ? text.slice(0, -1) : text).split('\n');
  return lines.map((line, i) => ({ line, unended: !ended && i === lines.length - 1 }));
}

const same = (a, b) => a.line === b.line && a.unended === b.unended;

/** Longest common subsequence between the common ends. */
function lineEdits(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && same(a[start], b[start])) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && same(a[a.length - 1 - end], b[b.length - 1 - end])) end += 1;
  const [x, y] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const mark = (sign) => (one) => ({ sign, ...one });
  const middle = x.length * y.length > CELLS_MAX ? [...x.map(mark('-')), ...y.map(mark('+'))] : subsequence(x, y, mark);
  return [...a.slice(0, start).map(mark(' ')), ...middle, ...a.slice(a.length - end).map(mark(' '))];
}

function subsequence(x, y, mark) {
  const width = y.length + 1;
  const lengths = new Uint32Array((x.length + 1) * width);
  for (let i = x.length - 1; i >= 0; i -= 1)
    for (let j = y.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = same(x[i], y[j])
        ? lengths[(i + 1) * width + j + 1] + 1
        : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
  const edits = [];
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && same(x[i], y[j])) {
      edits.push(mark(' ')(x[i]));
      i += 1;
      j += 1;
    } else if (j >= y.length || (i < x.length && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
      edits.push(mark('-')(x[i]));
      i += 1;
    } else {
      edits.push(mark('+')(y[j]));
      j += 1;
    }
  }
  return edits;
}

function hunksOf(edits) {
  const hunks = [];
  let [oldLine, newLine] = [1, 1];
  let lastChange = Number.NEGATIVE_INFINITY;
  const places = edits.map((edit) => {
    const place = { oldLine, newLine };
    if (edit.sign !== '+') oldLine += 1;
    if (edit.sign !== '-') newLine += 1;
    return place;
  });
  edits.forEach((edit, i) => {
    if (edit.sign === ' ') return;
    const from = Math.max(0, i - CONTEXT);
    const open = hunks.at(-1);
    if (open === undefined || from > lastChange + CONTEXT + 1) hunks.push({ from, to: i, ...places[from] });
    else open.to = i;
    lastChange = i;
  });
  return hunks.map((hunk) => ({ ...hunk, edits: edits.slice(hunk.from, hunk.to + CONTEXT + 1) }));
}
