import type { Catalogue } from '@/lib/domain/decision';
import { readCommentedJsonc } from '../commented/read-jsonc';
import { readCommentedYaml } from '../commented/read-yaml';
import { type CommentedDocument, type CommentedNode, member, memberOf, NO_NOTES } from '../commented/tree';
import { writeJsonc } from '../commented/write-jsonc';
import { compilePolicy } from '../compile';
import { MANIFEST } from '../manifest';
import { parsePolicyText } from '../parse';
import type { Problem } from '../problem';
import { reportOwn } from './import-own';
import { importIntercept } from './intercept';
import { type Imported, type ImportFormat, Report, type ReportRow } from './report';

/** The keys that PolicyLayer's document has; whoever uses more writes this language. */
const POLICYLAYER_KEYS = ['version', 'description', 'default', 'hide', 'all_tools', 'tools'];
const POLICYLAYER_BLOCK_KEYS = ['require', 'deny_if', 'limits', 'action', 'reason', 'rate_limit', 'approval'];
/** Words of PolicyLayer's pages for what is called `approve` here. */
const APPROVAL_WORDS: ReadonlySet<string> = new Set(['require_approval', 'require-approval', 'ask']);

/**
 * Makes a policy of this language from a text: PolicyLayer's JSON, Intercept's YAML, or this language as JSON or YAML.
 * The report says of every part where it went; nothing is left out in silence. Never throws, whatever the text.
 */
export function importPolicy(text: string, wanted: ImportFormat | 'auto' = 'auto', catalogue: Catalogue | null = null): Imported {
  const source = text.replace(/^\uFEFF/, '');
  const json = startsAsJson(source);
  const read = json ? readJson(source) : readYaml(source);
  if (read.document === null) {
    const format = wanted === 'auto' ? (json ? 'policylayer' : 'intercept') : wanted;
    return { format, syntax: json ? 'json' : 'yaml', text, report: [], problems: read.problems, inOriginal: true };
  }
  const format = wanted === 'auto' ? detect(read.document.root, json) : wanted;
  const made = format === 'intercept' ? fromIntercept(read.document) : fromOwn(read.document, format, json ? source : null);
  const { problems } = compilePolicy(made.text, catalogue);
  return { format, syntax: json ? 'json' : 'yaml', ...made, problems, inOriginal: false };
}

/** Whether a text begins like a JSON document, comments aside. YAML begins otherwise unless it is JSON too. */
export function startsAsJson(text: string): boolean {
  return /^(?:\s|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*[{[]/.test(text.slice(0, 100_000));
}

interface Read {
  readonly document: CommentedDocument | null;
  readonly problems: readonly Problem[];
}

function readJson(text: string): Read {
  const { root, list } = parsePolicyText(text);
  return { document: root === null || list.failed ? null : readCommentedJsonc(text, root), problems: list.sorted() };
}

function readYaml(text: string): Read {
  const { document, list } = readCommentedYaml(text);
  return { document, problems: list.sorted() };
}

function detect(root: CommentedNode, json: boolean): ImportFormat {
  const tools = memberOf(root, 'tools')?.value ?? root;
  const blocks = tools.kind === 'object' ? tools.members.map((one) => one.value) : [];
  if (blocks.some((block) => memberOf(block, 'rules') !== undefined)) return 'intercept';
  if (root.kind !== 'object') return 'callgate';
  // A YAML document without rules decides alike in both languages, but for the default that may be left out.
  if (!json) return memberOf(root, 'default') === undefined && memberOf(root, 'version') !== undefined ? 'intercept' : 'callgate';
  const plain = (node: CommentedNode, keys: readonly string[]) =>
    node.kind !== 'object' || node.members.every(({ key }) => keys.includes(key));
  return plain(root, POLICYLAYER_KEYS) && blocks.every((block) => plain(block, POLICYLAYER_BLOCK_KEYS)) ? 'policylayer' : 'callgate';
}

function fromIntercept(document: CommentedDocument): { text: string; report: readonly ReportRow[] } {
  const imported = importIntercept(document);
  return { text: writeJsonc(imported.document), report: imported.report.rows };
}

/** JSON stays as it was written unless something in it has to change. */
function fromOwn(
  document: CommentedDocument,
  format: 'policylayer' | 'callgate',
  source: string | null,
): { text: string; report: readonly ReportRow[] } {
  const changes = new Report();
  const whole = completed(document, changes);
  const renamed = { ...whole, root: format === 'policylayer' ? withKnownActions(whole.root, changes) : whole.root };
  const unchanged = source !== null && changes.rows.length === 0;
  const rows = reportOwn(renamed, format).rows.filter((row) => !changes.rows.some((change) => change.to === row.to));
  return { text: unchanged ? source : writeJsonc(renamed), report: [...changes.rows, ...rows] };
}

/** Pages show single tools without the document around them. */
function completed(document: CommentedDocument, report: Report): CommentedDocument {
  const { root } = document;
  if (root.kind !== 'object' || root.members.length === 0 || root.members.some(({ key }) => Object.hasOwn(MANIFEST.policy, key)))
    return document;
  const isBlock = (node: CommentedNode) => node.kind === 'object' && node.members.every(({ key }) => Object.hasOwn(MANIFEST.tool, key));
  if (!root.members.every(({ value }) => isBlock(value))) return document;
  report.changed(
    '',
    root.line,
    '/default',
    'stricter',
    'Only tools were given, so the document around them was made; what is not listed is denied.',
  );
  const tools = { ...NO_NOTES, key: 'tools', value: root };
  return {
    ...document,
    root: { kind: 'object', line: root.line, closing: [], members: [member('version', '1'), member('default', 'deny'), tools] },
  };
}

function withKnownActions(root: CommentedNode, report: Report): CommentedNode {
  if (root.kind !== 'object') return root;
  const inBlock = (node: CommentedNode, from: string, pointer: string): CommentedNode => {
    if (node.kind !== 'object') return node;
    const members = node.members.map((one) => {
      if (one.key !== 'action' || one.value.kind !== 'scalar' || !APPROVAL_WORDS.has(String(one.value.value))) return one;
      report.changed(`${from}.action`, one.value.line, `${pointer}/action`, 'same', `\`${one.value.value}\` is called \`approve\` here.`);
      return { ...one, value: { ...one.value, value: 'approve', literal: '"approve"' } };
    });
    return { ...node, members };
  };
  const members = root.members.map((one) => {
    if (one.key !== 'tools' || one.value.kind !== 'object') return one;
    const tools = one.value.members.map((tool) => ({
      ...tool,
      value: inBlock(tool.value, `tools.${tool.key}`, `/tools/${tool.key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    }));
    return { ...one, value: { ...one.value, members: tools } };
  });
  return { ...root, members };
}
