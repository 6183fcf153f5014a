import { SERVER_ASKS, type ServerAsk } from '@/lib/policy/document';
import { MANIFEST, type Section } from '@/lib/policy/manifest';
import type { SyntaxNode } from '@/lib/policy/parse';
import { pointerTo } from '@/lib/policy/problem';
import type { BlockView } from './block-view';
import { memberOf, textOf, textsOf, type UnknownKey, unknownKeysOf } from './syntax';

/** One rule that is no tool's, under its address or name. */
export interface TargetView {
  readonly name: string;
  readonly block: BlockView;
}

/** Reads the block at a place; null for what is not there. */
export type ReadBlock = (node: SyntaxNode | null, pointer: string) => BlockView | null;

export interface TargetsView {
  readonly default: string | null;
  readonly hide: readonly string[];
  readonly all: BlockView | null;
  readonly rules: readonly TargetView[];
  readonly unknown: readonly UnknownKey[];
}

export interface ServerView extends Readonly<Record<ServerAsk, BlockView | null>> {
  readonly default: string | null;
  readonly unknown: readonly UnknownKey[];
}

export interface ResultsView {
  readonly max_bytes: number | null;
  readonly control: string | null;
  readonly schema: string | null;
  readonly unknown: readonly UnknownKey[];
}

export function readTargets(root: SyntaxNode, key: 'resources' | 'prompts', text: string, block: ReadBlock): TargetsView | null {
  const node = memberOf(root, key);
  if (node === null || node.kind === 'null') return null;
  const rules = memberOf(node, 'rules');
  return {
    default: textOf(memberOf(node, 'default')),
    hide: textsOf(memberOf(node, 'hide')),
    all: block(memberOf(node, 'all'), `/${key}/all`),
    rules:
      rules?.kind === 'object'
        ? rules.members.flatMap((member) => {
            const found = block(member.value, pointerTo(`/${key}/rules`, member.key));
            return found === null ? [] : [{ name: member.key, block: found }];
          })
        : [],
    unknown: unknownOf(node, `/${key}`, 'targets', text),
  };
}

export function readServer(root: SyntaxNode, text: string, block: ReadBlock): ServerView | null {
  const node = memberOf(root, 'server');
  if (node === null || node.kind === 'null') return null;
  const asks = SERVER_ASKS.map((ask) => [ask, block(memberOf(node, ask), `/server/${ask}`)] as const);
  return {
    ...(Object.fromEntries(asks) as Record<ServerAsk, BlockView | null>),
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

function unknownOf(node: SyntaxNode, pointer: string, section: Section, text: string): readonly UnknownKey[] {
  return unknownKeysOf(node, pointer, Object.keys(MANIFEST[section]), text, 0);
}
