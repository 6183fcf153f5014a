import { isGlob } from '../glob';
import { pointerTo } from '../problem';
import { removal, setting } from './fixes';
import type { Review } from './review-context';

/** Tools that run other tools and do not say so in the policy, or are said not to. */
export function reviewDispatch(review: Review): void {
  for (const { owner, pointer, block, tools } of review.blocks) {
    if (owner === 'all_tools' || block.action === 'deny') continue;
    for (const tool of tools) {
      const shape = tool.dispatch;
      if (shape === null || review.isHidden(tool.name)) continue;
      if (shape.opaque === true) {
        review.say({
          severity: 'info',
          code: 'dispatch.opaque',
          pointer,
          message: `${tool.name} runs what cannot be read beforehand; it is decided as \`execute\`.`,
          at: 'key',
        });
      } else if (block.dispatch === false) {
        review.say({
          code: 'dispatch.disowned',
          pointer: pointerTo(pointer, 'dispatch'),
          message: `${tool.name} looks like a tool that runs other tools, and the policy says it does not: what it runs is not decided.`,
          hint: 'remove `"dispatch": false` unless you know the tool',
          fixes: [removal('Remove "dispatch": false', pointerTo(pointer, 'dispatch'))],
        });
      } else if (
        block.dispatch === null &&
        review.document.default === 'deny' &&
        pointer.startsWith('/tools/') &&
        !namesInnerTools(review)
      ) {
        const args = shape.arguments === null ? '' : `, "arguments": "${shape.arguments}"`;
        const declared = { tool: shape.tool, ...(shape.arguments === null ? {} : { arguments: shape.arguments }) };
        review.say({
          code: 'dispatch.undeclared',
          pointer,
          message: `${tool.name} runs any tool that this policy does not know, since only ${tool.name} itself is decided for those.`,
          hint: `to decide inner tools too, declare "dispatch": { "tool": "${shape.tool}"${args} } and list the tools it may run`,
          at: 'key',
          fixes: [setting('Declare what it dispatches', pointerTo(pointer, 'dispatch'), declared)],
        });
      }
    }
  }
}

/** An author who names a tool that the server does not list knows what is behind the dispatcher; the rest is denied then (docs/adr/0003). */
function namesInnerTools(review: Review): boolean {
  const named = [...Object.keys(review.document.tools), ...review.document.hide];
  return named.some((name) => !isGlob(name) && !review.catalogue.has(name));
}
