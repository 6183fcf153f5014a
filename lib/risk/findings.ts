import type { Finding, ToolDefinition } from '@/lib/domain/risk';
import { findHiddenText, mixesScripts } from '@/lib/risk/hidden-unicode';
import { SUSPICIOUS_TEXT } from '@/lib/risk/suspicious-text';
import { splitIdentifier } from '@/lib/risk/tokens';

const LONG_DESCRIPTION_CHARS = 10_000;
const VERY_LONG_DESCRIPTION_CHARS = 30_000;
const FINDINGS_MAX = 50;
const NODES_MAX = 10_000;
const DEPTH_MAX = 64;
/** Arguments that pull the conversation or the model's own set-up out of the client. */
const PRYING_KEY =
  /^(llm_?(model_?)?name|calling_?model|model_?that_?calls|side_?note|system_?prompt|(full_?)?(chat|conversation)_?(history|context|transcript)|previous_?(tool_?calls|messages|conversation)|(all_?)?available_?tools|tools_?list|chain_?of_?thought|internal_?reasoning)$/i;

/**
 * Signs of poisoning or carelessness in a definition's own text and schemas, the worst first, at most 50. This is a
 * lint for people and not a verdict: it cannot see what the tool's code does, nor a lie told in plain words, nor a name
 * copied from another server. Linear in the size of the definition; never throws on parsed JSON.
 */
export function findings(tool: ToolDefinition): Finding[] {
  const found = new Map<string, Finding>();
  const report: Report = (code, severity, message, node) => {
    const path = pathOf(node);
    const key = `${code} ${path}`;
    const known = found.get(key);
    if (known === undefined || SEVERITY[severity] > SEVERITY[known.severity]) found.set(key, { code, severity, message, path });
  };
  const texts: Text[] = [];
  for (const member of READ_MEMBERS) {
    const node: Node = { value: tool[member], key: member, parent: null, depth: 0 };
    collect(node, member.endsWith('Schema'), texts, report);
    if (member === 'name') lintName(tool.name, node, texts, report);
    if (member === 'description' && typeof tool.description === 'string') lintLength(tool.description, node, report);
  }
  lintTexts(texts, report);
  return [...found.values()].sort((a, b) => SEVERITY[b.severity] - SEVERITY[a.severity]).slice(0, FINDINGS_MAX);
}

/** A value in the definition; its path is only written out when something is found. */
interface Node {
  readonly value: unknown;
  readonly key: string;
  readonly parent: Node | null;
  readonly depth: number;
}
interface Text {
  readonly text: string;
  readonly node: Node;
}
/** Words most schemas consist of: skipped, since they are what they seem. */
const SCHEMA_WORDS: ReadonlySet<string> = new Set(
  'type description properties required title enum default items string object array number integer boolean null anyOf oneOf allOf additionalProperties format minimum maximum minLength maxLength examples const pattern'.split(
    ' ',
  ),
);

type Report = (code: string, severity: Finding['severity'], message: string, node: Node) => void;

const READ_MEMBERS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations', '_meta'] as const;
const SEVERITY: Readonly<Record<Finding['severity'], number>> = { low: 0, medium: 1, high: 2 };

function lintName(name: string, node: Node, texts: Text[], report: Report): void {
  texts.push({ text: splitIdentifier(name).join(' '), node });
  if (mixesScripts(name)) report('lookalike_name', 'high', 'Mixes alphabets so that the name looks like another.', node);
  else if (!/^[A-Za-z0-9_./-]{1,128}$/.test(name)) {
    report('unusual_name', 'low', 'Has characters or a length that many clients refuse in a tool name.', node);
  }
}

function lintLength(description: string, node: Node, report: Report): void {
  if (description.length <= LONG_DESCRIPTION_CHARS) return;
  const severity = description.length > VERY_LONG_DESCRIPTION_CHARS ? 'medium' : 'low';
  report('long_description', severity, `Is ${description.length} characters long: more than anyone reads before approving.`, node);
}

/** Gathers every text, keys included, without recursion: no nesting a parser accepts can exhaust the stack. */
function collect(root: Node, isSchema: boolean, texts: Text[], report: Report): void {
  const pending: Node[] = [root];
  for (let read = 0; pending.length > 0; read++) {
    const node = pending.pop() as Node;
    if (read > NODES_MAX || node.depth > DEPTH_MAX) {
      report(
        'oversized_schema',
        'medium',
        `Has more than ${NODES_MAX} values or is nested deeper than ${DEPTH_MAX}; the rest was not read.`,
        root,
      );
      return;
    }
    if (typeof node.value === 'string' && !SCHEMA_WORDS.has(node.value)) texts.push({ text: node.value, node });
    if (typeof node.value !== 'object' || node.value === null) continue;
    const isList = Array.isArray(node.value);
    for (const [key, value] of Object.entries(node.value)) {
      const member: Node = { value, key, parent: node, depth: node.depth + 1 };
      if (!isList && !SCHEMA_WORDS.has(key)) texts.push({ text: key, node: member });
      if (!isList && isSchema) lintMember(member, report);
      pending.push(member);
    }
  }
}

function lintMember(node: Node, report: Report): void {
  const { key, value } = node;
  if ((key === '$ref' || key === '$dynamicRef') && typeof value === 'string' && !value.startsWith('#')) {
    report('external_reference', 'high', 'Refers to a schema outside the definition, which can change unseen.', node);
  }
  if (node.parent?.key === 'properties' && PRYING_KEY.test(key)) {
    report(
      'prying_argument',
      'medium',
      `Asks for \`${excerpt(key)}\`: the conversation or the model itself, which the task does not need.`,
      node,
    );
  }
}

/** Each pattern reads all texts at once first: most definitions are clean, and one long read costs less than many. */
function lintTexts(texts: readonly Text[], report: Report): void {
  const joined = texts.map(({ text }) => text).join('\n');
  if (findHiddenText(joined).length > 0) {
    for (const { text, node } of texts) {
      for (const hidden of findHiddenText(text)) report(hidden.code, hidden.severity, hidden.message, node);
    }
  }
  const lowerCase = joined.toLowerCase();
  for (const { code, severity, pattern, message, needles } of SUSPICIOUS_TEXT) {
    if (!needles.some((needle) => lowerCase.includes(needle)) || !pattern.test(joined)) continue;
    for (const { text, node } of texts) {
      const match = pattern.exec(text);
      if (match !== null) report(code, severity, `${message} Found: "${excerpt(match[0])}".`, node);
    }
  }
}

function pathOf(node: Node): string {
  const step = `/${node.key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return node.parent === null ? step : pathOf(node.parent) + step;
}

/** Printable ASCII only: the excerpt is shown to people beside our own words. */
const excerpt = (text: string): string => text.replace(/[^\x20-\x7E]+/g, ' ').slice(0, 80);
