import { CATEGORIES, type Category } from '@/lib/domain/risk';
import { MANIFEST } from '@/lib/policy/manifest';
import type { SyntaxNode } from '@/lib/policy/parse';
import { pointerTo } from '@/lib/policy/problem';
import { type BlockView, readBlockView } from './block-view';
import { memberOf, textOf, textsOf, type UnknownKey, unknownKeysOf } from './syntax';
import { type ResultsView, readResults, readServer, readTargets, type ServerView, type TargetsView } from './target-view';

/** What a policy's text says, as it is written: short forms stay short, and what is wrong stays visible. */
export interface PolicyView {
  readonly default: string | null;
  readonly mode: string | null;
  readonly timezone: string | null;
  readonly description: string | null;
  readonly hide: readonly string[];
  readonly all_tools: BlockView | null;
  readonly risk: ReadonlyMap<Category, BlockView>;
  readonly tools: ReadonlyMap<string, BlockView>;
  /** Resources, prompts, what the server may ask for, and results. */
  readonly resources: TargetsView | null;
  readonly prompts: TargetsView | null;
  readonly server: ServerView | null;
  readonly results: ResultsView | null;
  readonly unknown: readonly UnknownKey[];
}

/**
 * Makes the view of one text after another. A block whose text did not change keeps its view, the very same object: with
 * 300 tools, an edit reads one block and leaves 299 alone.
 */
export class PolicyReader {
  private known = new Map<string, BlockView>();

  read(text: string, root: SyntaxNode): PolicyView {
    const next = new Map<string, BlockView>();
    const block = (node: SyntaxNode | null, pointer: string): BlockView | null => {
      if (node === null || node.kind === 'null') return null;
      const source = text.slice(node.start, node.end);
      const before = this.known.get(pointer);
      const view = before !== undefined && before.source === source ? before : readBlockView(node, pointer, source, node.start);
      next.set(pointer, view);
      return view;
    };
    const risk = memberOf(root, 'risk');
    const tools = memberOf(root, 'tools');
    const view: PolicyView = {
      default: textOf(memberOf(root, 'default')),
      mode: textOf(memberOf(root, 'mode')),
      timezone: textOf(memberOf(root, 'timezone')),
      description: textOf(memberOf(root, 'description')),
      hide: textsOf(memberOf(root, 'hide')),
      all_tools: block(memberOf(root, 'all_tools'), '/all_tools'),
      risk: new Map(
        CATEGORIES.flatMap((category) => {
          const found = block(risk === null ? null : memberOf(risk, category), `/risk/${category}`);
          return found === null ? [] : [[category, found] as const];
        }),
      ),
      tools: new Map(
        tools?.kind === 'object'
          ? tools.members.flatMap((member) => {
              const found = block(member.value, pointerTo('/tools', member.key));
              return found === null ? [] : [[member.key, found] as const];
            })
          : [],
      ),
      resources: readTargets(root, 'resources', text, block),
      prompts: readTargets(root, 'prompts', text, block),
      server: readServer(root, text, block),
      results: readResults(root, text),
      unknown: unknownKeysOf(root, '', Object.keys(MANIFEST.policy), text, 0),
    };
    this.known = next;
    return view;
  }
}
