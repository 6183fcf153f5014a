import { type BlockView, readBlockView } from '@/components/policies/builder/block-view';
import { PolicyReader, type PolicyView } from '@/components/policies/builder/policy-view';
import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import type { Category } from '@/lib/domain/risk';
import { compilePolicy } from '@/lib/policy/compile';
import type { Change } from '@/lib/policy/edit/change';
import { applyEdits } from '@/lib/policy/edit/text-edit';
import { parsePolicyText } from '@/lib/policy/parse';

// What the builder sees of a text, without a browser.

export function viewOf(text: string): PolicyView {
  const { root } = parsePolicyText(text);
  if (root === null) throw new Error('does not parse');
  return new PolicyReader().read(text, root);
}

export function blockOf(view: PolicyView, name: string): BlockView {
  const block = view.tools.get(name);
  if (block === undefined) throw new Error(`no block for ${name}`);
  return block;
}

/** A block as it is read from its own text, e.g. of a risk class. */
export function readBlock(source: string, pointer = '/tools/t'): BlockView {
  const { root } = parsePolicyText(source);
  if (root === null) throw new Error('does not parse');
  return readBlockView(root, pointer, source, 0);
}

export function edited(text: string, step: (text: string) => Change): string {
  return applyEdits(text, step(text).edits);
}

/** The errors of a text, as sentences. */
export function errorsOf(text: string): string[] {
  return compilePolicy(text, null)
    .problems.filter((problem) => problem.severity === 'error')
    .map((problem) => `${problem.path} ${problem.message}`);
}

export function first<T>(list: readonly T[]): T {
  const [item] = list;
  if (item === undefined) throw new Error('empty');
  return item;
}

export function tool(name: string, category: Category, extra: Partial<CatalogueTool> = {}): CatalogueTool {
  return { name, category, risk: 'medium', status: 'active', digest: 'd', dispatch: null, inputSchema: null, ...extra };
}

export function catalogueOf(tools: readonly CatalogueTool[]): Catalogue {
  return new Map(tools.map((one) => [one.name, one]));
}
