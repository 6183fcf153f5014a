import {
  type CommentedDocument,
  type CommentedItem,
  type CommentedMember,
  commentsIn,
  member,
  memberOf,
  NO_NOTES,
  nodeOf,
  plainOf,
} from '../commented/tree';
import { didYouMean } from '../nearest';
import { pointerTo } from '../problem';
import { BlockDraft } from './intercept-block';
import { textOf } from './intercept-condition';
import { importRule } from './intercept-rule';
import { fromKey, Report } from './report';

const KEYS = ['version', 'description', 'default', 'hide', 'tools'];

/** An Intercept policy in this language, and what became of each part. The tree has been read without mistakes of syntax. */
export function importIntercept(document: CommentedDocument): { document: CommentedDocument; report: Report } {
  const report = new Report();
  const source = wrapped(document, report);
  const root: CommentedItem = { ...NO_NOTES, value: source.root };
  const top = source.root.kind === 'object' ? source.root.members : [];
  const notesAt = (key: string) => top.find((one) => one.key === key) ?? NO_NOTES;
  const members: CommentedMember[] = [{ ...member('version', '1'), above: notesAt('version').above, beside: notesAt('version').beside }];
  const version = textOf(root, 'version');
  const versionLine = memberOf(source.root, 'version')?.value.line ?? 0;
  if (version === '1') report.mapped('version', versionLine, '/version');
  else
    report.changed(
      'version',
      versionLine,
      '/version',
      'same',
      `Intercept refuses ${version === null ? 'a policy without a version' : `version \`${version}\``}; it was read as \`1\`.`,
    );
  const description = textOf(root, 'description');
  if (description !== null && description.trim() !== '') {
    members.push({
      ...notesAt('description'),
      ...member('description', description.slice(0, 10_000)),
      above: notesAt('description').above,
    });
    report.mapped('description', memberOf(source.root, 'description')?.value.line ?? 0, '/description');
  }
  members.push(importDefault(root, notesAt('default'), report));
  const hide = importHide(root, report);
  if (hide !== null) members.push(hide);
  members.push(...importTools(root, report));
  for (const one of top) {
    if (KEYS.includes(one.key)) continue;
    const hint = didYouMean(one.key, KEYS);
    report.dropped(fromKey('', one.key), one.value.line, 'same', `Intercept ignores this key${hint === undefined ? '' : `; ${hint}`}.`);
  }
  const lost = top.filter(({ key }) => !KEYS.includes(key)).flatMap(commentsIn);
  const closing = source.root.kind === 'object' ? source.root.closing : [];
  return {
    document: { head: source.head, root: { kind: 'object', line: 0, members, closing: [...lost, ...closing] }, tail: source.tail },
    report,
  };
}

/** Pages show single tools without the document around them. */
function wrapped(document: CommentedDocument, report: Report): CommentedDocument {
  const { root } = document;
  if (root.kind !== 'object' || root.members.length === 0 || root.members.some(({ key }) => KEYS.includes(key))) return document;
  if (!root.members.every(({ value }) => memberOf(value, 'rules') !== undefined)) return document;
  report.changed(
    '',
    root.line,
    '/tools',
    'same',
    'Only tools were given, so the document around them was made: version 1, default allow, as Intercept has it.',
  );
  const tools: CommentedMember = { ...NO_NOTES, key: 'tools', value: root };
  return { ...document, root: { kind: 'object', line: root.line, closing: [], members: [member('version', '1'), tools] } };
}

function importDefault(root: CommentedItem, notes: Pick<CommentedItem, 'above' | 'beside'>, report: Report): CommentedMember {
  const written = textOf(root, 'default');
  const line = memberOf(root.value, 'default')?.value.line ?? 0;
  const known = written === 'allow' || written === 'deny';
  const value = known ? written : written === null || written === '' ? 'allow' : 'deny';
  const made = member('default', value, { above: notes.above, beside: notes.beside });
  if (known) {
    report.mapped('default', line, '/default');
    return made;
  }
  if (value === 'deny') {
    report.changed('default', line, '/default', 'unclear', `Intercept refuses \`default: ${written}\`; what is not listed is denied here.`);
    return made;
  }
  report.changed(
    'default',
    line,
    '/default',
    'same',
    'Left out, it means allow in Intercept, so tools that are not listed are allowed. Consider `deny`.',
  );
  return { ...made, above: [...made.above, 'Was left out, which means allow in Intercept. Consider "deny".'] };
}

function importHide(root: CommentedItem, report: Report): CommentedMember | null {
  const written = memberOf(root.value, 'hide');
  if (written === undefined) return null;
  const items: CommentedItem[] = [];
  const lost: string[] = [];
  const seen = new Set<unknown>();
  const list = written.value.kind === 'array' ? written.value.items : [];
  list.forEach((item, i) => {
    const from = `hide[${i}]`;
    const name = item.value.kind === 'scalar' && item.value.value !== null ? String(item.value.value) : '';
    if (name.trim() === '' || seen.has(name)) {
      lost.push(...commentsIn(item));
      report.dropped(
        from,
        item.value.line,
        'same',
        name.trim() === '' ? 'An entry without a name hides nothing.' : 'It is hidden already.',
      );
      return;
    }
    seen.add(name);
    items.push({ ...item, value: nodeOf(name) });
    const to = `/hide/${items.length - 1}`;
    if (name !== '*' && name.includes('*'))
      report.changed(
        from,
        item.value.line,
        to,
        'stricter',
        'Intercept reads the star as a letter of a name; here it stands for any characters and hides more.',
      );
    else report.mapped(from, item.value.line, to);
  });
  const { above, beside, gap } = written;
  const closing = written.value.kind === 'scalar' ? [] : written.value.closing;
  return { key: 'hide', above, beside, gap, value: { kind: 'array', line: 0, items, closing: [...lost, ...closing] } };
}

function importTools(root: CommentedItem, report: Report): CommentedMember[] {
  const written = memberOf(root.value, 'tools');
  const tools: CommentedMember[] = [];
  const lost: string[] = [];
  let all: CommentedMember | null = null;
  for (const tool of written?.value.kind === 'object' ? written.value.members : []) {
    const from = fromKey('tools', tool.key);
    if (tool.key !== '*' && (tool.key.includes('*') || tool.key.trim() === '' || tool.key.length > 200)) {
      lost.push(...commentsIn(tool), `Not imported: "${tool.key.slice(0, 80)}".`);
      report.dropped(
        from,
        tool.value.line,
        'same',
        'Intercept reads this name letter by letter, so it fits no tool; here it would be a pattern. Add it yourself if a pattern is meant.',
      );
      continue;
    }
    const block = new BlockDraft(tool.key === '*' ? '/all_tools' : pointerTo('/tools', tool.key));
    importBlock(tool, from, block, report);
    const made = { ...tool, key: tool.key === '*' ? 'all_tools' : tool.key, value: block.node() };
    if (tool.key === '*') all = made;
    else tools.push(made);
  }
  const notes = written ?? NO_NOTES;
  const closing = [...lost, ...(written?.value.kind === 'object' ? written.value.closing : [])];
  const made: CommentedMember = { ...notes, key: 'tools', value: { kind: 'object', line: 0, members: tools, closing } };
  return all === null ? [made] : [all, made];
}

function importBlock(tool: CommentedMember, from: string, block: BlockDraft, report: Report): void {
  const rules = memberOf(tool.value, 'rules');
  const items = rules?.value.kind === 'array' ? rules.value.items : [];
  if (tool.value.kind === 'object') {
    for (const other of tool.value.members) {
      if (other.key === 'rules') continue;
      block.remark(commentsIn(other));
      const hint = didYouMean(other.key, ['rules']);
      report.dropped(
        fromKey(from, other.key),
        other.value.line,
        'same',
        `Intercept ignores this key (${JSON.stringify(plainOf(other.value)).slice(0, 80)})${hint === undefined ? '' : `; ${hint}`}.`,
      );
    }
    block.remark(tool.value.closing);
  }
  if (rules !== undefined) block.remark(rules.above);
  if (items.length === 0)
    report.mapped(
      from,
      tool.value.line,
      block.pointer,
      block.pointer === '/all_tools' ? 'It has no rules.' : 'Listed without rules: allowed.',
    );
  items.forEach((rule, i) => {
    importRule(rule, `${from}.rules[${i}]`, tool.key, block, report);
  });
  if (rules?.value.kind === 'array') block.remark(rules.value.closing);
  if (rules?.beside != null) block.remark([rules.beside]);
}
