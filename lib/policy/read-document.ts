import { CATEGORIES, type Category } from '@/lib/domain/risk';
import type { Mode, PolicyDocument, RuleBlock } from './document';
import { parsePolicyText, type SyntaxNode } from './parse';
import type { ProblemList } from './problem';
import { readTests } from './read-tests';
import { ObjectReader, type Place } from './reader';
import { readBlock } from './rules/block';
import { readTimezone } from './rules/conditions';
import { readHide } from './rules/hide';
import { readNamedBlocks } from './rules/named-blocks';
import { readTargetMembers } from './rules/targets';

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
    ...readTargetMembers(reader),
    tests: readTests(reader),
  };
  return document;
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
  return readNamedBlocks(reader.list, reader.get('tools'), 'tool', 'tool', (name) => name);
}
