import { factsOfTarget, type TargetMethod } from '@/lib/domain/target-methods';
import { ControlError } from '../control-error';
import type { BodyOf } from '../define-contract';
import type { decide as contract } from './contract';

/** What is asked, by method and name; throws 400 when the members do not go together. */
export function requestOf({ method, tool, target }: Pick<BodyOf<typeof contract>, 'method' | 'tool' | 'target'>): {
  readonly method: 'tools/call' | TargetMethod;
  readonly name: string;
} {
  if (method === 'tools/call') {
    if (target !== undefined) throw misplaced('target', 'A tool call is named by `tool`, not by `target`.');
    if (tool === undefined) throw misplaced('tool', 'Say which `tool` is called, or another `method`.');
    return { method, name: tool };
  }
  if (tool !== undefined) throw misplaced('tool', `\`tool\` goes with the method tools/call, not with ${method}.`);
  const { ask } = factsOfTarget(method);
  if (ask !== null) {
    if (target !== undefined) throw misplaced('target', `${method} has no target: what the server asks is given by \`arguments\`.`);
    return { method, name: ask };
  }
  if (target === undefined) throw misplaced('target', `Say by \`target\` what ${method} is about.`);
  return { method, name: target };
}

function misplaced(member: 'tool' | 'target', message: string): ControlError {
  return new ControlError(400, 'decision.request', message, [{ path: `/${member}`, message }]);
}
