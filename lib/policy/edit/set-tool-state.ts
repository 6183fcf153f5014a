import type { Json } from '@/lib/kernel/json';
import { plainValue, type SyntaxNode } from '../parse';
import { pointerTo } from '../problem';
import { arrange } from './arrange';
import type { Change } from './change';
import { compose } from './compose';
import { Draft } from './draft';
import { duplicateMember } from './duplicate-member';
import { EditError } from './edit-error';
import { keyOrder } from './key-order';
import { newEntry } from './new-entry';
import { Source } from './source';
import { coveringGlob, type ToolStateName } from './tool-state';
import { placeOfKey, replaceNode, updateNode } from './update-node';

export interface ToolStateChange extends Change {
  /** How many rules go with the blocks and approvals that the state does away with. */
  readonly removedRules: number;
}

type ObjectNode = Extract<SyntaxNode, { kind: 'object' }>;

/**
 * Puts tools into a state. `allow`, `ask` and `deny` keep a tool's rules; `hide` keeps its block; `inherit` takes its block away
 * and says how many rules go. A tool that only a pattern lists gets a block with that pattern's rules, since a block of its own
 * beats the pattern. Throws EditError when a pattern in `hide` covers the tool, because then no block can bring it back.
 */
export function setToolState(text: string, names: readonly string[], state: ToolStateName): ToolStateChange {
  const unique = [...new Set(names)];
  let removedRules = 0;
  const change = compose(text, ...unique.map((name) => (now: string) => copyFromGlob(now, name, state)), (now) => {
    const draft = new Draft(Source.open(now));
    removedRules = applyState(draft, unique, state);
    return draft.change();
  });
  return { ...change, removedRules };
}

function copyFromGlob(text: string, name: string, state: ToolStateName): Change {
  const source = Source.open(text);
  const tools = memberOf(source.root, 'tools');
  if (state === 'hide' || state === 'inherit' || tools?.kind !== 'object' || memberOf(tools, name) !== undefined)
    return { edits: [], removedComments: [] };
  const glob = coveringGlob(
    tools.members.map(({ key }) => key),
    name,
  );
  const block = glob === null ? undefined : memberOf(tools, glob);
  if (glob === null || block?.kind !== 'object' || block.members.length === 0) return { edits: [], removedComments: [] };
  return duplicateMember(text, pointerTo('/tools', glob), name);
}

function applyState(draft: Draft, names: readonly string[], state: ToolStateName): number {
  const { root } = draft.source;
  if (root.kind !== 'object') throw new EditError('place.wrong_kind', 'A policy is one object; there is no place for tools here.', '');
  const hide = memberOf(root, 'hide');
  const tools = memberOf(root, 'tools');
  const hidden = hiddenNames(hide);
  if (state !== 'hide' && state !== 'inherit') for (const name of names) refuseCovered(hidden, name);
  const missing: [string, Json][] = [];
  let removedRules = 0;
  if (state === 'hide') {
    const added = names.filter((name) => !hidden.includes(name));
    if (hide?.kind === 'array') addItems(draft, hide, added);
    else if (added.length > 0) missing.push(['hide', added]);
  } else {
    if (hide?.kind === 'array') arrange(draft, hide, new Set(hidden.flatMap((name, i) => (names.includes(name ?? '') ? [i] : []))), []);
    const listed = tools?.kind === 'object' ? tools : null;
    if (tools !== undefined && tools.kind !== 'object' && tools.kind !== 'null')
      throw new EditError('place.wrong_kind', '`tools` is no object, so no tool can be listed in it. Correct it first.', '/tools');
    if (state === 'inherit') removedRules = unlist(draft, listed, names);
    else {
      const block: Json = state === 'allow' ? {} : { action: state === 'ask' ? 'approve' : 'deny' };
      const fresh = names.filter((name) => listed === null || memberOf(listed, name) === undefined);
      for (const name of names) {
        const node = listed === null ? undefined : memberOf(listed, name);
        if (node !== undefined) removedRules += blockTo(draft, node, pointerTo('/tools', name), state);
      }
      if (listed !== null)
        arrange(
          draft,
          listed,
          new Set(),
          fresh.map((name) => newEntry(listed.members.length, name, block, draft.source.style)),
        );
      else if (fresh.length > 0) missing.push(['tools', Object.fromEntries(fresh.map((name) => [name, block]))]);
    }
  }
  addToRoot(draft, root, missing);
  return removedRules;
}

function addItems(draft: Draft, list: Extract<SyntaxNode, { kind: 'array' }>, names: readonly string[]): void {
  arrange(
    draft,
    list,
    new Set(),
    names.map((name) => newEntry(list.items.length, null, name, draft.source.style)),
  );
}

/** Both may be missing or null at once, so what the document lacks is added together. */
function addToRoot(draft: Draft, root: ObjectNode, members: readonly (readonly [string, Json])[]): void {
  const keys = root.members.map(({ key }) => key);
  const added = members.flatMap(([key, value]) => {
    const node = memberOf(root, key);
    if (node === undefined) return [newEntry(placeOfKey(keys, keyOrder(''), key), key, value, draft.source.style)];
    replaceNode(draft, node, value);
    return [];
  });
  arrange(draft, root, new Set(), added);
}

function hiddenNames(hide: SyntaxNode | undefined): (string | null)[] {
  if (hide === undefined || hide.kind === 'null') return [];
  if (hide.kind !== 'array')
    throw new EditError('place.wrong_kind', '`hide` is no list of names, so no tool can be hidden or shown. Correct it first.', '/hide');
  return hide.items.map((item) => (item.kind === 'string' ? item.value : null));
}

function refuseCovered(hidden: readonly (string | null)[], name: string): void {
  const glob = coveringGlob(
    hidden.filter((other) => other !== null),
    name,
  );
  if (glob === null) return;
  throw new EditError(
    'tool.covered_by_glob',
    `"${name}" is hidden by the pattern "${glob}" in \`hide\`, which no rule of the tool can lift. Remove that pattern, or replace it by the names that stay hidden.`,
    pointerTo('/hide', hidden.indexOf(glob)),
  );
}

function unlist(draft: Draft, tools: ObjectNode | null, names: readonly string[]): number {
  if (tools === null) return 0;
  const removed = tools.members.flatMap((member, i) => (names.includes(member.key) ? [{ i, rules: rulesIn(member.value) }] : []));
  arrange(draft, tools, new Set(removed.map(({ i }) => i)), []);
  return removed.reduce((sum, { rules }) => sum + rules, 0);
}

/** Puts one block into a state and gives the number of rules that go. */
function blockTo(draft: Draft, node: SyntaxNode, pointer: string, state: 'allow' | 'ask' | 'deny'): number {
  if (node.kind !== 'object')
    throw new EditError('place.wrong_kind', `${pointer} is no object, so it can hold no action. Correct it first.`, pointer);
  const action = memberOf(node, 'action');
  const approval = memberOf(node, 'approval');
  const asks = approval !== undefined && asksAlways(approval);
  const is = (word: string) => action?.kind === 'string' && action.value === word;
  const gone: string[] = [];
  let wanted: string | null = null;
  if (state === 'deny') wanted = 'deny';
  else if (state === 'ask' && !asks) wanted = 'approve';
  else if (state === 'ask' ? is('deny') : !is('allow')) gone.push('action');
  if (state === 'allow' && asks) gone.push('approval');
  const removed = new Set(node.members.flatMap(({ key }, i) => (gone.includes(key) ? [i] : [])));
  if (wanted !== null && action !== undefined) updateNode(draft, action, wanted, `${pointer}/action`);
  const added =
    wanted === null || action !== undefined
      ? []
      : [
          newEntry(
            placeOfKey(
              node.members.map(({ key }) => key),
              keyOrder(pointer),
              'action',
            ),
            'action',
            wanted,
            draft.source.style,
          ),
        ];
  arrange(draft, node, removed, added);
  return gone.includes('approval') ? 1 : 0;
}

function asksAlways(approval: SyntaxNode): boolean {
  if (approval.kind === 'boolean') return approval.value;
  if (approval.kind !== 'object') return false;
  const when = memberOf(approval, 'when');
  return when === undefined || (when.kind === 'array' && when.items.length === 0);
}

/** The rules in a block: each requirement, refusal, limit and redaction, its rate limit, approval and dispatch. */
function rulesIn(block: SyntaxNode): number {
  if (block.kind !== 'object') return 0;
  let rules = 0;
  for (const { key, value } of block.members) {
    if (['require', 'deny_if', 'limits', 'redact'].includes(key)) rules += value.kind === 'array' ? value.items.length : 0;
    else if (['rate_limit', 'approval', 'dispatch'].includes(key) && plainValue(value) !== null && plainValue(value) !== false) rules += 1;
  }
  return rules;
}

function memberOf(node: SyntaxNode, key: string): SyntaxNode | undefined {
  return node.kind === 'object' ? node.members.find((member) => member.key === key)?.value : undefined;
}
