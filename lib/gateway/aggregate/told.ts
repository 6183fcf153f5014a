import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from '../denial';
import { ACCEPTED } from '../exchange';
import type { GatewayResponse } from '../request';
import { idKey } from '../wire/json-rpc';
import type { AggregateCall, AggregateContext } from './aggregate-call';
import type { LegAddress } from './leg-request';
import { innerId } from './names';
import { tell } from './open-leg';
import { isRpcId } from './rewrite';

/** The servers that are open in the session of this call. */
export function openLegs({ session, reached }: AggregateCall): readonly LegAddress[] {
  return reached.flatMap(({ server }) => {
    const opened = session?.legs.get(server.id)?.opened ?? null;
    return opened === null || opened.sessionId === null ? [] : [{ slug: server.slug, era: opened.era, sessionId: opened.sessionId }];
  });
}

/** Notifications of the client, each to the servers that it is about. */
export async function notify(call: AggregateCall, context: AggregateContext): Promise<Result<GatewayResponse, Denial>> {
  const { facts, session } = call;
  const { method, params } = facts.message;
  if (session === null || params === undefined) {
    if (session !== null && method === 'notifications/roots/list_changed') await tellAll(call, context);
    return ok(ACCEPTED);
  }
  if (method === 'notifications/cancelled' && isRpcId(params.requestId)) {
    const running = session.running.get(idKey(params.requestId));
    const leg = running === undefined ? undefined : openLegs(call).find(({ slug }) => slug === running.slug);
    if (running?.notifies === true && leg !== undefined) await tell(facts, leg, { method, params }, context.handle);
    else running?.abort();
    return ok(ACCEPTED);
  }
  if (method === 'notifications/progress') {
    const token = isRpcId(params.progressToken) ? innerId(params.progressToken) : null;
    const leg = token === null ? undefined : openLegs(call).find(({ slug }) => slug === token.slug);
    if (token !== null && leg !== undefined)
      await tell(facts, leg, { method, params: { ...params, progressToken: token.id } }, context.handle);
    return ok(ACCEPTED);
  }
  if (method === 'notifications/tasks/status') {
    const slug = typeof params.taskId === 'string' ? session.tasks.serverOf(params.taskId) : undefined;
    const leg = openLegs(call).find((one) => one.slug === slug);
    if (leg !== undefined) await tell(facts, leg, { method, params }, context.handle);
    return ok(ACCEPTED);
  }
  // That the client is ready was said to each server when it was opened.
  if (method === 'notifications/roots/list_changed') await tellAll(call, context);
  return ok(ACCEPTED);
}

async function tellAll(call: AggregateCall, { handle }: AggregateContext): Promise<void> {
  const { method, params } = call.facts.message;
  await Promise.all(openLegs(call).map((leg) => tell(call.facts, leg, { method, ...(params === undefined ? null : { params }) }, handle)));
}

/** An answer of the client to a question of one server: under the id that this server gave. The walk there knows what was asked. */
export async function respond(call: AggregateCall, context: AggregateContext): Promise<Result<GatewayResponse, Denial>> {
  const { message } = call.facts;
  const found = message.kind === 'response' ? innerId(message.id) : null;
  const leg = found === null ? undefined : openLegs(call).find(({ slug }) => slug === found.slug);
  if (message.kind !== 'response' || found === null || leg === undefined)
    return refuse('request.invalid', { message: 'The response answers no open request of this session.' });
  call.session?.tasks.learn(found.slug, message.value);
  return ok(await tell(call.facts, leg, { ...message.value, id: found.id }, context.handle));
}
