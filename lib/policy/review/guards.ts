import type { CatalogueTool } from '@/lib/domain/decision';
import type { RuleBlock } from '../document';
import type { Review } from './review-context';

/** High-risk tools that may be called with anything, as often as the agent likes. */
export function reviewGuards(review: Review): void {
  const all = review.document.all_tools;
  if (
    all !== null &&
    (all.deny_if.length > 0 || all.require.length > 0 || all.limits.length > 0 || all.rate_limit !== null || all.approval !== null)
  )
    return;
  for (const { owner, pointer, block, tools } of review.blocks) {
    if (owner === 'all_tools' || isGuarded(block)) continue;
    const open = dangerous(review, tools);
    const [first] = open;
    if (first === undefined) continue;
    const what =
      open.length === 1 ? `${first.name} is ${first.risk} risk` : `${open.length} tools of high or critical risk (${names(open)}) are`;
    review.say(
      'warning',
      'tool.unguarded',
      pointer,
      `${what} and allowed without a condition, a limit or an approval.`,
      'add `require`, `deny_if`, `limits` or `approval`',
      'key',
    );
  }
  const open = review.document.default === 'allow' ? dangerous(review, review.unlisted) : [];
  if (open.length > 0) {
    review.say(
      'warning',
      'tool.unguarded',
      '/default',
      `The default allows ${open.length} tool${open.length === 1 ? '' : 's'} of high or critical risk (${names(open)}) without a condition, a limit or an approval.`,
      'list them, or write "default": "deny"',
    );
  }
}

function isGuarded(block: RuleBlock): boolean {
  return (
    block.action !== 'allow' ||
    block.require.length > 0 ||
    block.deny_if.length > 0 ||
    block.limits.length > 0 ||
    block.rate_limit !== null ||
    block.approval !== null
  );
}

function dangerous(review: Review, tools: readonly CatalogueTool[]): CatalogueTool[] {
  return tools.filter((tool) => (tool.risk === 'high' || tool.risk === 'critical') && !review.isHidden(tool.name));
}

function names(tools: readonly CatalogueTool[]): string {
  const shown = tools
    .slice(0, 5)
    .map((tool) => tool.name)
    .join(', ');
  return tools.length > 5 ? `${shown} and ${tools.length - 5} more` : shown;
}
