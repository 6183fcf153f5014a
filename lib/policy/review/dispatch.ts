import { isGlob } from '../glob';
import { pointerTo } from '../problem';
import type { Review } from './review-context';

/** Tools that run other tools and do not say so in the policy, or are said not to. */
export function reviewDispatch(review: Review): void {
  for (const { owner, pointer, block, tools } of review.blocks) {
    if (owner === 'all_tools' || block.action === 'deny') continue;
    for (const tool of tools) {
      const shape = tool.dispatch;
      if (shape === null || review.isHidden(tool.name)) continue;
      if (shape.opaque === true) {
        review.say(
          'info',
          'dispatch.opaque',
          pointer,
          `${tool.name} runs what cannot be read beforehand; it is decided as \`execute\`.`,
          undefined,
          'key',
        );
      } else if (block.dispatch === false) {
        review.say(
          'warning',
          'dispatch.disowned',
          pointerTo(pointer, 'dispatch'),
          `${tool.name} looks like a tool that runs other tools, and the policy says it does not: what it runs is not decided.`,
          'remove `"dispatch": false` unless you know the tool',
        );
      } else if (
        block.dispatch === null &&
        review.document.default === 'deny' &&
        pointer.startsWith('/tools/') &&
        !namesInnerTools(review)
      ) {
        const args = shape.arguments === null ? '' : `, "arguments": "${shape.arguments}"`;
        review.say(
          'warning',
          'dispatch.undeclared',
          pointer,
          `${tool.name} runs any tool that this policy does not know, since only ${tool.name} itself is decided for those.`,
          `to decide inner tools too, declare "dispatch": { "tool": "${shape.tool}"${args} } and list the tools it may run`,
          'key',
        );
      }
    }
  }
}

/** An author who names a tool that the server does not list knows what is behind the dispatcher; the rest is denied then (docs/adr/0003). */
function namesInnerTools(review: Review): boolean {
  const named = [...Object.keys(review.document.tools), ...review.document.hide];
  return named.some((name) => !isGlob(name) && !review.catalogue.has(name));
}
