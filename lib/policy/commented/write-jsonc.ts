import type { CommentedDocument, CommentedItem, CommentedMember, CommentedNode } from './tree';

const LINE_MAX = 120;

/** The tree as JSONC, two spaces an indent; what fits on a line and has no comments stays on one. */
export function writeJsonc(document: CommentedDocument): string {
  return [...comments(document.head, ''), write(document.root, '', 0), ...comments(document.tail, ''), ''].join('\n');
}

/** The tree as strict JSON: the same layout, without any comment. */
export function writeJson(document: CommentedDocument): string {
  return `${write(withoutNotes(document.root), '', 0)}\n`;
}

function write(node: CommentedNode, indent: string, depth: number, used = 0): string {
  if (node.kind === 'scalar') return node.literal;
  const children: readonly CommentedItem[] = node.kind === 'object' ? node.members : node.items;
  const [open, close] = node.kind === 'object' ? ['{', '}'] : ['[', ']'];
  if (children.length === 0 && node.closing.length === 0) return open + close;
  // The document and its maps of tools and risks read better with a line for each entry, however short.
  const spread = node.kind === 'object' && depth < 2;
  if (!spread && !hasNotes(node)) {
    const flat = flatText(node, LINE_MAX - indent.length - used);
    if (flat !== null) return flat;
  }
  const inner = `${indent}  `;
  const lines: string[] = [];
  children.forEach((child, i) => {
    if (child.gap && i > 0) lines.push('');
    lines.push(...comments(child.above, inner));
    const key = keyText(child);
    const comma = i === children.length - 1 ? '' : ',';
    const beside = child.beside === null ? '' : ` //${spaced(child.beside)}`;
    lines.push(`${inner}${key}${write(child.value, inner, depth + 1, key.length + 1)}${comma}${beside}`);
  });
  lines.push(...comments(node.closing, inner));
  return [open, ...lines, indent + close].join('\n');
}

/** One line, or null when it would be longer. */
function flatText(node: CommentedNode, max: number): string | null {
  if (node.kind === 'scalar') return node.literal.length > max ? null : node.literal;
  const children: readonly CommentedItem[] = node.kind === 'object' ? node.members : node.items;
  if (children.length === 0) return node.kind === 'object' ? '{}' : '[]';
  const parts: string[] = [];
  let left = max - 4;
  for (const child of children) {
    const key = keyText(child);
    const text = flatText(child.value, left - key.length);
    if (text === null) return null;
    left -= key.length + text.length + 2;
    if (left < -2) return null;
    parts.push(key + text);
  }
  return node.kind === 'object' ? `{ ${parts.join(', ')} }` : `[${parts.join(', ')}]`;
}

const keyText = (child: CommentedItem): string => ('key' in child ? `${JSON.stringify((child as CommentedMember).key)}: ` : '');

function hasNotes(node: CommentedNode): boolean {
  if (node.kind === 'scalar') return false;
  const children: readonly CommentedItem[] = node.kind === 'object' ? node.members : node.items;
  return (
    node.closing.length > 0 ||
    children.some((child) => child.above.length > 0 || child.beside !== null || child.gap || hasNotes(child.value))
  );
}

const comments = (lines: readonly string[], indent: string): string[] => lines.map((line) => `${indent}//${spaced(line)}`.trimEnd());

/** One line, whatever was in it: a line break would end the comment. */
const spaced = (line: string): string => ` ${line.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')}`;

function withoutNotes(node: CommentedNode): CommentedNode {
  const bare = { above: [], beside: null, gap: false };
  if (node.kind === 'object')
    return { ...node, closing: [], members: node.members.map((one) => ({ ...one, ...bare, value: withoutNotes(one.value) })) };
  if (node.kind === 'array')
    return { ...node, closing: [], items: node.items.map((one) => ({ ...one, ...bare, value: withoutNotes(one.value) })) };
  return node;
}
