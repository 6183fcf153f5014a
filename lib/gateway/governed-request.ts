import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from './denial';
import { filteredList } from './filtered-list';
import type { ForwardContext } from './forward-context';
import { LedgerUnavailable } from './ports';
import { relayRequest } from './relay';
import type { GatewayResponse } from './request';
import { admitTarget } from './stages/admit-target';
import { decideTarget } from './stages/decide-target';
import { forward } from './stages/forward';
import type { Granted } from './stages/grant';
import { type NamedTarget, namedTarget, targetKindOf } from './target';

/**
 * Resources, prompts and completion: decided by the policy where it speaks of them, written down in any case, forwarded and answered like a
 * call. Everything else that calls no tool is passed through.
 */
export async function governedRequest(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  if (call.message.method.startsWith('tasks/')) return taskRequest(call, context);
  const kind = targetKindOf(call.message);
  if (kind === null) return relayRequest(call, context);
  const target = namedTarget(call.message, kind);
  if (target === null) {
    // What cannot be told apart cannot be decided; without rules it is the server's to say what is wrong with it.
    const governed = decideTarget(call, { kind, name: '', args: {}, charged: false }, context.ports.clock.nowMs()) !== null;
    return governed ? refuse('request.invalid_params', { http: 200 }) : relayRequest(call, context);
  }
  return context.underWay(admitAndForward(call, target, context));
}

async function admitAndForward(call: Granted, target: NamedTarget, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const admitted = await admitTarget(call, target, context.ports);
  return admitted.ok ? ok(await forward(admitted.value, context)) : admitted;
}

/** Tasks exist through a call that was decided, and are there for whoever made it: for anybody else they do not exist. */
async function taskRequest(call: Granted, context: ForwardContext): Promise<Result<GatewayResponse, Denial>> {
  const { tasks } = context;
  if (call.message.method === 'tasks/list')
    return filteredList(call, context, (message) => tasks.withoutForeign(call, message), 'The server gave no readable list.');
  try {
    if (await tasks.isForeign(call, call.message.params?.taskId))
      return refuse('request.invalid_params', { http: 200, message: 'Task not found' });
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    return refuse('audit.unavailable', { message: 'Whose task this is cannot be looked up at the moment. Nothing was sent.' });
  }
  return relayRequest(call, context);
}
