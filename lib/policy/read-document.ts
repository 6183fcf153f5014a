import { CATEGORIES, type Category } from '@/lib/domain/risk';
import type { Mode, PolicyDocument, RuleBlock } from './document';
import { parsePolicyText, type SyntaxNode } from './parse';
import type { ProblemList } from './problem';
import { readTests } from './read-tests';
import { ChildPlace, ObjectReader, type Place, readText, wrongKind } from './reader';
import { readBlock } from './rules/block';
import { readTimezone } from './rules/conditions';

const TOOL_NAME_MAX = 200;

export interface ReadPolicy {
  /** null when the text has an error. */
  readonly document: PolicyDocument | null;
  readonly root: SyntaxNode | null;
  readonly list: ProblemList;
}

/** Reads a policy text into its normal form, with every problem of syntax and meaning that needs no catalogue. Never throws. */
export function readPolicyText(text: string): ReadPolicy {
  const { root, list } = parsePolicyText(text);
  const document = root === null ? null : readDocument({ node: root, pointer: '' }, list);
  return { document: list.failed ? null : document, root, list };
}

function readDocument(place: Place, list: ProblemList): PolicyDocument | null {
  const reader = ObjectReader.open('policy', place, list);
  if (reader === null) return null;
  reader.text('$schema');
  const version = reader.word<'1'>('version');
  const description = reader.text('description', 10_000);
  const fallback = reader.word<'allow' | 'deny'>('default');
  const all = reader.get('all_tools');
  const document: PolicyDocument = {
    version: version ?? '1',
    description,
    default: fallback ?? 'deny',
    mode: reader.word<Mode>('mode') ?? 'enforce',
    timezone: readTimezone(list, reader.get('timezone')) ?? 'UTC',
    hide: readHide(reader),
    all_tools: all === undefined || all.node.kind === 'null' ? null : readBlock('all_tools', 'all_tools', all, list),
    risk: readRisk(reader),
    tools: readTools(reader),
    tests: readTests(reader),
  };
  return document;
}

function readHide(reader: ObjectReader): string[] {
  const names = new Set<string>();
  for (const place of reader.items('hide')) {
    const name = readText(reader.list, place, TOOL_NAME_MAX);
    if (name === null) continue;
    if (names.has(name)) reader.list.add('warning', 'hide.repeated', place.node, place.pointer, `"${name}" is hidden twice.`, 'remove one');
    names.add(name);
  }
  return [...names].sort();
}

function readRisk(reader: ObjectReader): Partial<Record<Category, RuleBlock>> {
  const place = reader.get('risk');
  if (place === undefined || place.node.kind === 'null') return {};
  const risk = ObjectReader.open('risk', place, reader.list);
  const blocks: Partial<Record<Category, RuleBlock>> = {};
  if (risk === null) return blocks;
  for (const category of CATEGORIES) {
    const block = risk.get(category);
    if (block !== undefined) blocks[category] = readBlock('risk_rule', `risk ${category}`, block, reader.list);
  }
  return blocks;
}

function readTools(reader: ObjectReader): Record<string, RuleBlock> {
  const blocks: Record<string, RuleBlock> = {};
  const place = reader.get('tools');
  if (place === undefined || place.node.kind === 'null') return blocks;
  if (place.node.kind !== 'object') {
    wrongKind(reader.list, place, 'an object with tool names as keys');
    return blocks;
  }
  for (const member of place.node.members) {
    const child = new ChildPlace(member.value, place, member.key);
    // A tool may be called `x-…`; here keys are names, so nothing is set aside for the author.
    if (member.key.trim() === '' || member.key.length > TOOL_NAME_MAX) {
      reader.list.error('tool.name', member.keySpan, child.pointer, `A tool name has 1 to ${TOOL_NAME_MAX} characters.`);
    }
    blocks[member.key] = readBlock('tool', member.key, child, reader.list);
  }
  return blocks;
}
