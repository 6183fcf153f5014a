import type { Category } from '@/lib/domain/risk';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { NO_CHANGE } from '@/lib/policy/edit/change';
import { compose } from '@/lib/policy/edit/compose';
import { duplicateMember } from '@/lib/policy/edit/duplicate-member';
import { removeAt } from '@/lib/policy/edit/remove-at';
import { setToolState } from '@/lib/policy/edit/set-tool-state';
import { setValue } from '@/lib/policy/edit/set-value';
import type { ToolStateName } from '@/lib/policy/edit/tool-state';
import { locateAll } from '@/lib/policy/locate';
import { parsePolicyText, plainValue } from '@/lib/policy/parse';
import type { BlockView } from './block-view';
import type { Step } from './builder-context';
import type { Row } from './rows';
import { removeIfThere } from './rule-edits';

/** Sets the state of a risk class; its rules stay, except where nothing is to be said of it. */
export function setClassState(block: BlockView | null, category: Category, choice: ToolStateName): Step {
  const pointer = `/risk/${category}`;
  const action = choice === 'deny' ? 'deny' : choice === 'ask' ? 'approve' : null;
  if (choice === 'inherit') return (text) => (block === null ? NO_CHANGE : removeAt(text, pointer));
  if (block === null) return (text) => setValue(text, pointer, action === null ? {} : { action });
  if (action !== null) return (text) => setValue(text, `${pointer}/action`, action);
  const asksAlways = block.approval !== null && block.approval.when.length === 0;
  return (text) =>
    compose(
      text,
      (now) => removeIfThere(now, `${pointer}/action`),
      ...(asksAlways ? [(now: string) => removeAt(now, `${pointer}/approval`)] : []),
    );
}

/**
 * What has to be written before the first rule of a tool that others decide so far: a block of its own beats a pattern and
 * a risk class, so it starts with their rules. Nothing for a row that has a block.
 */
export function listFirst(row: Row): Step[] {
  if (row.kind !== 'tool' || row.block !== null || row.state?.block == null) return [];
  const inherited = row.state.block.pointer;
  if (inherited.startsWith('/tools/')) return [(text) => setToolState(text, [row.name], 'allow')];
  return [
    (text) => {
      const block = blockAt(text, inherited);
      return block === null ? NO_CHANGE : setValue(text, row.pointer, withoutDenial(block));
    },
  ];
}

/**
 * What has to be written before something that decides nothing, such as redaction, about a row without a block: a block
 * lists it, so it begins as what holds so far, a denial included.
 */
export function listUnchanged(row: Row, fallback: string | null): Step[] {
  if (row.block !== null || (row.kind !== 'tool' && row.kind !== 'risk')) return [];
  const inherited = row.state?.block?.pointer;
  if (inherited === undefined) return fallback === 'allow' ? [] : [(text) => setValue(text, row.pointer, { action: 'deny' })];
  if (inherited.startsWith('/tools/')) return [(text) => duplicateMember(text, inherited, row.name)];
  return [
    (text) => {
      const block = blockAt(text, inherited);
      return block === null ? NO_CHANGE : setValue(text, row.pointer, block);
    },
  ];
}

function blockAt(text: string, pointer: string): JsonObject | null {
  const { root } = parsePolicyText(text);
  const node = root === null ? undefined : locateAll(root).get(pointer)?.node;
  const block = node === undefined ? null : plainValue(node);
  return isJsonObject(block) ? block : null;
}

/** A rule is for calls that may pass: the class's denial is not taken over. */
function withoutDenial(block: JsonObject): JsonObject {
  const { action, ...rest } = block;
  return action === undefined || action === 'deny' ? (rest as JsonObject) : block;
}
