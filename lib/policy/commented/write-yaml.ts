import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { CommentedDocument, CommentedItem, CommentedNode } from './tree';

/** The tree as YAML 1.2, its comments with it; text that older readers would take for something else is quoted. */
export function writeYaml({ head, root, tail }: CommentedDocument): string {
  const document = new Document(null, { compat: 'yaml-1.1', schema: 'core' });
  document.contents = build(root) as typeof document.contents;
  if (head.length > 0) document.commentBefore = commentText(head);
  if (tail.length > 0) document.comment = commentText(tail);
  return document.toString({ lineWidth: 0, indent: 2 });
}

function build(node: CommentedNode): Scalar | YAMLMap | YAMLSeq {
  if (node.kind === 'scalar') return textScalar(node.value);
  if (node.kind === 'object') {
    const map = new YAMLMap();
    for (const child of node.members) {
      const [key, value] = [textScalar(child.key), build(child.value)];
      annotate(key, value, child);
      map.items.push(new Pair(key, value));
    }
    return finish(map, node.closing);
  }
  const list = new YAMLSeq();
  for (const child of node.items) {
    const value = build(child.value);
    annotate(value, value, child);
    list.items.push(value);
  }
  return finish(list, node.closing);
}

/** An empty collection has no line of its own for a comment; its owner takes it (see `annotate`). */
function finish<C extends YAMLMap | YAMLSeq>(collection: C, closing: readonly string[]): C {
  if (collection.items.length === 0) collection.flow = true;
  else if (closing.length > 0) collection.comment = commentText(closing);
  return collection;
}

function textScalar(value: string | number | boolean | null): Scalar {
  const scalar = new Scalar(value);
  if (typeof value === 'string' && !isPlainText(value)) scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/** A comment behind a list or map has no place of its own in YAML, so it goes above. */
function annotate(start: Scalar | YAMLMap | YAMLSeq, value: Scalar | YAMLMap | YAMLSeq, child: CommentedItem): void {
  const above = [...child.above];
  if (child.value.kind !== 'scalar') {
    const empty = child.value.kind === 'object' ? child.value.members.length === 0 : child.value.items.length === 0;
    if (empty) above.push(...child.value.closing);
  }
  if (child.beside !== null) {
    if (value instanceof Scalar) value.comment = commentText([child.beside]);
    else above.push(child.beside);
  }
  if (above.length > 0) start.commentBefore = commentText(above);
  if (child.gap) start.spaceBefore = true;
}

/** Line breaks and control characters would need block scalars, which change more than they show. */
const isPlainText = (text: string): boolean => !/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text);

const commentText = (lines: readonly string[]): string =>
  lines.map((line) => ` ${line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]+/g, ' ')}`).join('\n');
