import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { compose } from '@/lib/policy/edit/compose';
import { insertItem } from '@/lib/policy/edit/insert-item';
import { setValue } from '@/lib/policy/edit/set-value';
import { locateAll } from '@/lib/policy/locate';
import { plainValue, type SyntaxNode } from '@/lib/policy/parse';
import { pointerTo } from '@/lib/policy/problem';
import type { Step } from './builder-context';
import type { Row } from './rows';
import { listFirst } from './state-edits';

/** A limit for each of the rows: with a counter of its own, or one that all of them share. */
export function bulkLimit(rows: readonly Row[], counting: 'each' | 'shared'): Step {
  const limit = (row: Row): JsonObject => ({
    counter: counting === 'shared' ? 'shared_calls' : row.name.replaceAll('*', 'all'),
    window: 'day',
    max: 100,
  });
  return (text) =>
    compose(text, ...rows.flatMap((row) => [...listFirst(row), (now: string) => insertItem(now, `${row.pointer}/limits`, limit(row))]));
}

/** Asks a person for each of the rows that does not ask yet. */
export function bulkApproval(rows: readonly Row[]): Step {
  const missing = rows.filter((row) => row.block?.approval == null && row.block?.action !== 'approve');
  return (text) =>
    compose(text, ...missing.flatMap((row) => [...listFirst(row), (now: string) => setValue(now, `${row.pointer}/approval`, true)]));
}

const RULES = ['require', 'deny_if', 'limits'] as const;
const SINGLE = ['rate_limit', 'approval', 'redact'] as const;

/** The rules of one row added to others; what they say already stays, and a single rate or approval is not overwritten. */
export function copyRules(root: SyntaxNode, source: Row, targets: readonly Row[]): Step {
  const node = locateAll(root).get(source.pointer)?.node;
  const block = node === undefined ? null : plainValue(node);
  if (!isJsonObject(block)) return () => ({ edits: [], removedComments: [] });
  const steps: Step[] = [];
  for (const target of targets) {
    steps.push(...listFirst(target));
    for (const key of RULES) {
      const items = block[key];
      if (Array.isArray(items))
        for (const item of items) steps.push((text) => insertItem(text, pointerTo(target.pointer, key), item as JsonObject));
    }
    for (const key of SINGLE) {
      const value = block[key];
      const has = key === 'redact' ? (target.block?.redact.length ?? 0) > 0 : target.block?.[key] != null;
      if (value !== undefined && !has) steps.push((text) => setValue(text, pointerTo(target.pointer, key), value));
    }
  }
  return (text) => compose(text, ...steps);
}
