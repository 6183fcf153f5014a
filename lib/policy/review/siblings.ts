import type { CatalogueTool } from '@/lib/domain/decision';
import { guards, isGuarded } from './guards';
import { isRelated } from './name-words';
import type { PlacedBlock } from './placed-block';
import type { Review } from './review-context';

/** Of these, one door left open makes the lock on the other worth little. */
const EFFECTS: readonly string[] = ['destructive', 'financial', 'execute'];

/** Tools that are held back by nothing although another tool with the same effect is: agents take the open one. */
export function reviewSiblings(review: Review): void {
  if (review.everywhere !== null && isGuarded(review.everywhere.block)) return;
  const held: CatalogueTool[] = [];
  const open: { tool: CatalogueTool; placed: PlacedBlock | null }[] = [];
  for (const placed of review.blocks) {
    if (placed === review.everywhere) continue;
    for (const tool of placed.tools) sort(tool, placed);
  }
  for (const tool of review.unlisted) sort(tool, null);
  for (const { tool, placed } of open) {
    const rivals = held.filter((rival) => rival.category === tool.category);
    const rival = rivals.find((other) => isRelated(other.name, tool.name));
    if (rival === undefined) continue;
    const exact = placed !== null && placed.owner === tool.name;
    review.say({
      code: 'tool.sibling',
      pointer: placed?.pointer ?? '/default',
      message: `${tool.name} has the same effect (${tool.category}) as ${rival.name}, which is held back, and is open itself.`,
      hint: `give ${tool.name} the rules of ${rival.name}, or deny it`,
      at: placed === null ? 'value' : 'key',
      fixes: exact ? guards(placed.pointer) : guards(`/tools/${tool.name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    });
  }

  function sort(tool: CatalogueTool, placed: PlacedBlock | null): void {
    if (!EFFECTS.includes(tool.category)) return;
    const guarded = placed === null ? review.document.default === 'deny' : isGuarded(placed.block);
    // What nothing lists under `default: deny` is closed by nobody's decision, so it says nothing about the others.
    if (review.isHidden(tool.name) || (guarded && placed !== null)) held.push(tool);
    else if (!guarded) open.push({ tool, placed });
  }
}
