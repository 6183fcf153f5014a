import { SERVER_ASKS, type ServerAsk } from '@/lib/policy/document';
import { MANIFEST, type Section } from '@/lib/policy/manifest';
import type { SyntaxNode } from '@/lib/policy/parse';
import { pointerTo } from '@/lib/policy/problem';
import { memberOf, textOf, textsOf, type UnknownKey, unknownKeysOf } from './syntax';

/** One rule that is no tool's: its state; what else it says stays in the text. */
export interface TargetView {
  readonly pointer: string;
  readonly name: string;
  readonly action: string | null;
  /** Keys beside `action`. */
  readonly more: readonly string[];
  readonly odd: boolean;
}

export interface TargetsView {
  readonly default: string | null;
  readonly hide: readonly string[];
  readonly all: TargetView | null;
  readonly rules: readonly TargetView[];
  readonly unknown: readonly UnknownKey[];
}

export interface ServerView extends Readonly<Record<ServerAsk, TargetView | null>> {
  readonly default: string | null;
  readonly unknown: readonly UnknownKey[];
}

export interface ResultsView {
  readonly max_bytes: number | null;
  readonly control: string | null;
  readonly schema: string | null;
  readonly unknown: readonly UnknownKey[];
}

export function readTargets(root: SyntaxNode, key: 'resources' | 'prompts', text: string): TargetsView | null {
  const node = memberOf(root, key);
  if (node === null || node.kind === 'null') return null;
  const all = memberOf(node, 'all');
  const rules = memberOf(node, 'rules');
  return {
    default: textOf(memberOf(node, 'default')),
    hide: textsOf(memberOf(node, 'hide')),
    all: all === null || all.kind === 'null' ? null : targetView(all, `/${key}/all`, 'all'),
    rules:
      rules?.kind === 'object'
        ? rules.members.map((member) => targetView(member.value, pointerTo(`/${key}/rules`, member.key), member.key))
        : [],
    unknown: unknownOf(node, `/${key}`, 'targets', text),
  };
}

export function readServer(root: SyntaxNode, text: string): ServerView | null {
  const node = memberOf(root, 'server');
  if (node === null || node.kind === 'null') return null;
  const asks = SERVER_ASKS.map((ask) => {
    const found = memberOf(node, ask);
    return [ask, found === null || found.kind === 'null' ? null : targetView(found, `/server/${ask}`, ask)] as const;
  });
  return {
    ...(Object.fromEntries(asks) as Record<ServerAsk, TargetView | null>),
    default: textOf(memberOf(node, 'default')),
    unknown: unknownOf(node, '/server', 'server', text),
  };
}

export function readResults(root: SyntaxNode, text: string): ResultsView | null {
  const node = memberOf(root, 'results');
  if (node === null || node.kind === 'null') return null;
  const bytes = memberOf(node, 'max_bytes');
  return {
    max_bytes: bytes?.kind === 'number' ? bytes.value : null,
    control: textOf(memberOf(node, 'control')),
    schema: textOf(memberOf(node, 'schema')),
    unknown: unknownOf(node, '/results', 'results', text),
  };
}

function targetView(node: SyntaxNode, pointer: string, name: string): TargetView {
  const keys = node.kind === 'object' ? node.members.map((member) => member.key) : [];
  return {
    pointer,
    name,
    action: textOf(memberOf(node, 'action')),
    more: keys.filter((key) => key !== 'action'),
    odd: node.kind !== 'object',
  };
}

function unknownOf(node: SyntaxNode, pointer: string, section: Section, text: string): readonly UnknownKey[] {
  return unknownKeysOf(node, pointer, Object.keys(MANIFEST[section]), text, 0);
}
