import type { CatalogueTool } from '@/lib/domain/decision';
import type { RuleBlock } from '../document';
import { pointerTo } from '../problem';
import { setting } from './fixes';
import type { Review } from './review-context';

/** High-risk tools that may be called with anything, as often as the agent likes. */
export function reviewGuards(review: Review): void {
  if (review.everywhere !== null && isGuarded(review.everywhere.block)) return;
  for (const { owner, pointer, block, tools } of review.blocks) {
    if (owner === 'all_tools' || isGuarded(block)) continue;
    const open = dangerous(review, tools);
    const [first] = open;
    if (first === undefined) continue;
    const what =
      open.length === 1 ? `${first.name} is ${first.risk} risk` : `${open.length} tools of high or critical risk (${names(open)}) are`;
    review.say({
      code: 'tool.unguarded',
      pointer,
      message: `${what} and allowed without a condition, a limit or an approval.`,
      hint: 'add `require`, `deny_if`, `limits` or `approval`',
      at: 'key',
      fixes: guards(pointer),
    });
  }
  const open = review.document.default === 'allow' ? dangerous(review, review.unlisted) : [];
  if (open.length > 0) {
    const plural = open.length === 1 ? '' : 's';
    review.say({
      code: 'tool.unguarded',
      pointer: '/default',
      message: `The default allows ${open.length} tool${plural} of high or critical risk (${names(open)}) without a condition, a limit or an approval.`,
      hint: 'list them, or write "default": "deny"',
      fixes: [setting('Deny what is not listed', '/default', 'deny')],
    });
  }
}

/** What a tool that nothing holds back can be given with one click. */
export function guards(pointer: string): ReturnType<typeof setting>[] {
  return [
    setting('Ask a person each time', pointerTo(pointer, 'approval'), true),
    setting('Limit it to 10 calls a minute', pointerTo(pointer, 'rate_limit'), '10/minute'),
    setting('Deny it', pointerTo(pointer, 'action'), 'deny'),
  ];
}

/** Whether a block says anything that can hold a call back. */
export function isGuarded(block: RuleBlock): boolean {
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
