import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from '../denial';
import type { AggregateContext, Asked } from './aggregate-call';
import { askPage, itemsOf } from './lists';
import { findJoined, findTool, innerTask, matchesTemplate, unwrapUri } from './names';
import type { Reached } from './reach';

/** Which server a request is for, and its parameters as that server knows them. */
export interface Routed {
  readonly to: Reached;
  readonly params: JsonObject;
}

const PAGES_MAX = 10;

/** Finds the server behind the name in the parameters. What names none is refused as the one server of an endpoint would. */
export async function route(asked: Asked, context: AggregateContext): Promise<Result<Routed, Denial>> {
  const { message, params } = asked;
  switch (message.method) {
    case 'tools/call':
      return routeTool(asked);
    case 'prompts/get':
      return named(asked, params.name, (name) => ({ ...params, name }), 'Unknown prompt');
    case 'resources/read':
      return routeResource(asked, context);
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return wrapped(asked, params.uri, (uri) => ({ ...params, uri })) ?? notFound(`Resource not found: ${textOf(params.uri)}`);
    case 'completion/complete':
      return routeCompletion(asked);
    case 'tasks/get':
    case 'tasks/result':
    case 'tasks/update':
    case 'tasks/cancel':
      return routeTask(asked);
    default:
      return refuse('request.unknown_method', { http: asked.facts.era === 'modern' ? 404 : 200 });
  }
}

function routeTool({ params, reached }: Asked): Result<Routed, Denial> {
  const found = findTool(
    params.name as string,
    reached.map(({ server }) => server),
  );
  const to = found === null ? undefined : reached.find(({ server }) => server.id === found.server.id);
  if (found === null || to === undefined) return refuse('tool.unknown');
  return ok({ to, params: { ...params, name: found.name } });
}

/** The walk to the server asks whose task it is; an id without a server that the agent reaches reads as one of somebody else. */
function routeTask({ params, reached }: Asked): Result<Routed, Denial> {
  const found = innerTask(textOf(params.taskId));
  const to = found === null ? undefined : reached.find(({ server }) => server.slug === found.slug);
  return found === null || to === undefined ? taskNotFound() : ok({ to, params: { ...params, taskId: found.id } });
}

function named(
  { reached }: Asked,
  name: Json | undefined,
  paramsOf: (name: string) => JsonObject,
  unknown: string,
): Result<Routed, Denial> {
  const found = findJoined(
    textOf(name),
    reached.map(({ server }) => server),
  );
  const to = found === null ? undefined : reached.find(({ server }) => server.id === found.server.id);
  return found === null || to === undefined ? notFound(`${unknown}: ${textOf(name)}`) : ok({ to, params: paramsOf(found.name) });
}

/** null for a URI that does not say whose it is; so is one of a server that the agent does not reach. */
function wrapped({ reached }: Asked, uri: Json | undefined, paramsOf: (uri: string) => JsonObject): Result<Routed, Denial> | null {
  const found = unwrapUri(textOf(uri));
  const to = found === null ? undefined : reached.find(({ server }) => server.slug === found.slug);
  return found === null || to === undefined ? null : ok({ to, params: paramsOf(found.uri) });
}

async function routeResource(asked: Asked, context: AggregateContext): Promise<Result<Routed, Denial>> {
  const { params } = asked;
  const uri = textOf(params.uri);
  const found = wrapped(asked, uri, (own) => ({ ...params, uri: own }));
  if (found !== null) return found;
  const owners = unwrapUri(uri) === null ? await ownersOf(uri, asked, context) : [];
  const [to] = owners;
  if (to !== undefined && owners.length === 1) return ok({ to, params });
  if (to === undefined) return notFound(`Resource not found: ${uri}`);
  const names = owners.map(({ server }) => server.slug).join(', ');
  return notFound(`Several servers have this resource (${names}); read it as cg+{server}:{uri}.`);
}

/**
 * A result of a tool names resources as its server does, since results are passed on as they are. Such a URI is of the server
 * that lists it; where none does, of the one that has a template for it.
 */
async function ownersOf(uri: string, asked: Asked, context: AggregateContext): Promise<readonly Reached[]> {
  const having = async (method: string, member: string, has: (item: JsonObject) => boolean): Promise<Reached[]> => {
    const found = await Promise.all(
      asked.reached.map(async (one) => ((await lists(asked, one, method, member, has, context)) ? one : null)),
    );
    return found.filter((one) => one !== null);
  };
  const listed = await having('resources/list', 'resources', (item) => item.uri === uri);
  if (listed.length > 0) return listed;
  return having('resources/templates/list', 'resourceTemplates', (item) => matchesTemplate(textOf(item.uriTemplate), uri));
}

async function lists(
  asked: Asked,
  one: Reached,
  method: string,
  member: string,
  has: (item: JsonObject) => boolean,
  context: AggregateContext,
): Promise<boolean> {
  const leg = await context.legs.soon(asked.facts, one, asked.session);
  if (leg === null || !('resources' in leg.opened.capabilities)) return false;
  const { uri: _uri, ...params } = asked.params;
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page++) {
    const answer = await askPage({ ...asked, params }, leg, method, cursor, context);
    if (answer === null || !answer.ok) return false;
    if (itemsOf(answer.result, member).some(has)) return true;
    if (typeof answer.result.nextCursor !== 'string') return false;
    cursor = answer.result.nextCursor;
  }
  return false;
}

function routeCompletion(asked: Asked): Result<Routed, Denial> {
  const { params } = asked;
  const ref = isJsonObject(params.ref) ? params.ref : {};
  if (ref.type === 'ref/prompt') return named(asked, ref.name, (name) => ({ ...params, ref: { ...ref, name } }), 'Unknown prompt');
  return (
    wrapped(asked, ref.uri, (uri) => ({ ...params, ref: { ...ref, uri } })) ?? notFound(`Resource template not found: ${textOf(ref.uri)}`)
  );
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

export const taskNotFound = () => notFound('Task not found');

const notFound = (message: string) => refuse('request.invalid_params', { http: 200, message: message.slice(0, 300) });
