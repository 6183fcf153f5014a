import { type CommentedDocument, type CommentedNode, memberOf } from '../commented/tree';
import { pointerTo } from '../problem';
import { fromKey, type ImportFormat, Report } from './report';

const LISTS = ['require', 'deny_if', 'limits'];

/** What is in a policy of this language or of PolicyLayer, part by part, and where PolicyLayer may have meant something else. */
export function reportOwn(document: CommentedDocument, format: Exclude<ImportFormat, 'intercept'>): Report {
  const report = new Report();
  if (document.root.kind !== 'object') return report;
  for (const { key, value } of document.root.members) {
    const pointer = pointerTo('', key);
    const from = fromKey('', key);
    if ((key === 'tools' || key === 'risk') && value.kind === 'object' && value.members.length > 0) {
      for (const tool of value.members) block(tool.value, fromKey(from, tool.key), pointerTo(pointer, tool.key), format, report);
    } else if (key === 'all_tools') block(value, from, pointer, format, report);
    else report.mapped(from, value.line, pointer);
  }
  return report;
}

function block(node: CommentedNode, from: string, pointer: string, format: ImportFormat, report: Report): void {
  if (node.kind !== 'object' || node.members.length === 0) {
    report.mapped(from, node.line, pointer);
    return;
  }
  for (const { key, value } of node.members) {
    const part = fromKey(from, key);
    if (LISTS.includes(key) && value.kind === 'array' && value.items.length > 0) {
      value.items.forEach((item, i) => {
        const at = pointerTo(pointerTo(pointer, key), i);
        const pattern = format === 'policylayer' && key !== 'limits' ? openPattern(item.value) : null;
        if (pattern === null) report.mapped(`${part}[${i}]`, item.value.line, at);
        else
          report.changed(
            `${part}[${i}]`,
            item.value.line,
            at,
            key === 'deny_if' ? 'looser' : 'stricter',
            `The pattern \`${pattern}\` must match the whole text here; PolicyLayer's open-source engine looks for it anywhere. Write \`.*\` where an end is open.`,
          );
      });
    } else report.mapped(part, value.line, pointerTo(pointer, key));
  }
}

/** A regular expression whose ends are not said, or null. */
function openPattern(rule: CommentedNode): string | null {
  const conditions = memberOf(rule, 'conditions')?.value;
  const all = conditions?.kind === 'array' ? conditions.items.map((item) => item.value) : [rule];
  for (const condition of all) {
    const op = memberOf(condition, 'op')?.value;
    const value = memberOf(condition, 'value')?.value;
    if (op?.kind !== 'scalar' || op.value !== 'regex' || value?.kind !== 'scalar' || typeof value.value !== 'string') continue;
    if (!/^(?:\^|\.\*)/.test(value.value) || !/(?:\$|\.\*)$/.test(value.value)) return value.value;
  }
  return null;
}
