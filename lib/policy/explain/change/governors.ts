import type { Catalogue, CatalogueTool } from '@/lib/domain/decision';
import { CATEGORIES, type Category } from '@/lib/domain/risk';
import { isOpaque } from '../../dispatcher';
import { EMPTY_BLOCK, type PolicyDocument } from '../../document';
import { compileNameGlob, isGlob } from '../../glob';
import { pointerTo } from '../../problem';
import type { Side } from './side';

/** What happens to tools that nothing lists, as a block. */
export function defaultSide(document: PolicyDocument): Side {
  const block = document.default === 'allow' ? EMPTY_BLOCK : { ...EMPTY_BLOCK, action: 'deny' as const };
  return { block, pointer: '/default', policyMode: document.mode, origin: 'default' };
}

export function toolSide(document: PolicyDocument, key: string): Side {
  return { block: document.tools[key] ?? EMPTY_BLOCK, pointer: pointerTo('/tools', key), policyMode: document.mode, origin: 'tools' };
}

/** The rules of a risk class, or the default where it has none. */
export function riskSide(document: PolicyDocument, category: Category): Side {
  const block = document.risk[category];
  if (block === undefined) return defaultSide(document);
  return { block, pointer: pointerTo('/risk', category), policyMode: document.mode, origin: 'risk' };
}

export function categoryOf(tool: CatalogueTool): Category {
  return isOpaque(tool) ? 'execute' : tool.category;
}

/**
 * The blocks that decide, in a policy without the key, the tools that a key of the other policy decides. Never one too few:
 * where the catalogue does not tell, every block that might be meant is among them.
 */
export function governorsOf(key: string, document: PolicyDocument, other: PolicyDocument, catalogue: Catalogue | null): readonly Side[] {
  const globs = Object.keys(document.tools)
    .filter((name) => isGlob(name) && isConcerned(name, key, other))
    .sort(firstToMatch);
  const whole = globs.findIndex((glob) => compileNameGlob(glob)(key));
  const reached = whole < 0 ? globs : globs.slice(0, whole + 1);
  const sides = reached.map((glob) => toolSide(document, glob));
  return whole < 0 ? [...sides, ...unlisted(key, document, other, catalogue)] : sides;
}

/** A glob on both sides that goes before the key decides its tools on both sides, whatever happens to the key. */
function isConcerned(glob: string, key: string, other: PolicyDocument): boolean {
  if (!overlap(glob, key)) return false;
  return !(isGlob(key) && Object.hasOwn(other.tools, glob) && firstToMatch(glob, key) < 0);
}

function firstToMatch(a: string, b: string): number {
  return b.length - a.length || (a < b ? -1 : 1);
}

function unlisted(key: string, document: PolicyDocument, other: PolicyDocument, catalogue: Catalogue | null): readonly Side[] {
  const sides = new Map<string, Side>();
  for (const category of categoriesOf(key, other, catalogue)) {
    const side = category === null ? defaultSide(document) : riskSide(document, category);
    sides.set(side.pointer, side);
  }
  return [...sides.values()];
}

/** null stands for tools that nobody classified. */
function categoriesOf(key: string, other: PolicyDocument, catalogue: Catalogue | null): readonly (Category | null)[] {
  if (catalogue === null) return [...CATEGORIES, null];
  const tool = catalogue.get(key);
  if (!isGlob(key)) return [tool === undefined ? null : categoryOf(tool)];
  const matches = compileNameGlob(key);
  const tools = [...catalogue.values()].filter((one) => matches(one.name) && !Object.hasOwn(other.tools, one.name));
  return [...new Set<Category | null>([...tools.map(categoryOf), null])];
}

/** Whether some name is matched by both of two patterns in which `*` stands for any characters. */
export function overlap(a: string, b: string): boolean {
  // row[j]: some text is matched by the part of `a` that was walked and by the first j characters of `b`.
  let row: readonly boolean[] = [];
  for (let i = 0; i <= a.length; i += 1) {
    const next: boolean[] = [];
    for (let j = 0; j <= b.length; j += 1) {
      const starInA = i > 0 && a[i - 1] === '*' && (row[j] === true || next[j - 1] === true);
      const starInB = j > 0 && b[j - 1] === '*' && (next[j - 1] === true || row[j] === true);
      const both = i > 0 && j > 0 && a[i - 1] === b[j - 1] && row[j - 1] === true;
      next.push((i === 0 && j === 0) || starInA || starInB || both);
    }
    row = next;
  }
  return row[b.length] === true;
}
