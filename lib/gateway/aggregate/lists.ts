import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import { type Denial, refuse } from '../denial';
import { JSON_HEADERS, STREAM_HEADERS } from '../exchange';
import type { GatewayResponse } from '../request';
import type { ServerView } from '../snapshot-port';
import { encodeEvent } from '../wire/sse';
import type { AggregateContext, Asked } from './aggregate-call';
import { type LegAnswer, readAnswer } from './leg-answer';
import { legRequest } from './leg-request';
import { isLost, type Leg } from './legs';
import { findTool, joinedName, outerTask, toolName, wrapUri } from './names';
import { passMessage } from './pass-event';
import type { Reached } from './reach';
import { answerText, hearsWarnings, type Unavailable, unavailableMeta, warningsOf } from './unavailable';

interface ListKind {
  /** The member of the result. */
  readonly member: string;
  /** Servers without it are not asked. */
  readonly capability: string;
  /** The item under its name at the aggregate; null for one that could not be found by it. */
  rename(item: JsonObject, server: ServerView, all: readonly ServerView[]): JsonObject | null;
}

const LISTS: Record<string, ListKind> = {
  'tools/list': { member: 'tools', capability: 'tools', rename: renameTool },
  'prompts/list': { member: 'prompts', capability: 'prompts', rename: renamePrompt },
  'resources/list': { member: 'resources', capability: 'resources', rename: (item, { slug }) => renameUri(item, 'uri', slug) },
  'resources/templates/list': {
    member: 'resourceTemplates',
    capability: 'resources',
    rename: (item, { slug }) => renameUri(item, 'uriTemplate', slug),
  },
  'tasks/list': { member: 'tasks', capability: 'tasks', rename: renameTask },
};
const LIST_TTL_MS_MAX = 1000;
const METHOD_NOT_FOUND = -32601;

export const isList = (method: string): boolean => Object.hasOwn(LISTS, method);

/** What one server gave for one page. */
interface Part {
  readonly slug: string;
  readonly items: readonly JsonObject[];
  readonly cursor: string | null;
  readonly ttlMs: number;
  readonly unavailable: Unavailable | null;
}

/**
 * A list over all servers: the next page of each, asked for at the same time, in the order of their slugs. A server that fails
 * or is slow is left out and named; the others are listed all the same.
 */
export async function list(asked: Asked, context: AggregateContext): Promise<Result<GatewayResponse, Denial>> {
  const { method, id } = asked.message;
  const kind = LISTS[method] as ListKind;
  const place = `aggregate cursor|${asked.facts.grant.agent.id}|${method}`;
  const cursors = cursorsOf(asked.params.cursor, place, context);
  if (cursors === 'invalid') return refuse('request.invalid_params', { http: 200, message: 'The cursor is not one of this list.' });
  const targets = cursors === null ? asked.reached : asked.reached.filter(({ server }) => Object.hasOwn(cursors, server.slug));
  const parts = await Promise.all(targets.map((one) => askPart(asked, one, kind, cursors?.[one.server.slug] ?? null, context)));
  const next = Object.fromEntries(parts.flatMap(({ slug, cursor }) => (cursor === null ? [] : [[slug, cursor]])));
  const unavailable = parts.flatMap((part) => part.unavailable ?? []);
  const modern = { resultType: 'complete', ttlMs: Math.min(LIST_TTL_MS_MAX, ...parts.map(({ ttlMs }) => ttlMs)), cacheScope: 'private' };
  const result = {
    ...(asked.facts.era === 'modern' ? modern : null),
    [kind.member]: parts.flatMap(({ items }) => items),
    ...(Object.keys(next).length > 0 ? { nextCursor: context.ports.seals.seal(JSON.stringify(next), place) } : null),
    ...unavailableMeta(unavailable),
  };
  const text = answerText(id, result);
  if (unavailable.length === 0 || !hearsWarnings(asked)) return ok({ status: 200, headers: JSON_HEADERS, body: text });
  return ok({ status: 200, headers: STREAM_HEADERS, body: eventsOf([...warningsOf(unavailable), text]) });
}

async function* eventsOf(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield encodeEvent(text);
}

function cursorsOf(cursor: Json | undefined, place: string, { ports }: AggregateContext): Record<string, string> | null | 'invalid' {
  if (cursor === undefined) return null;
  const text = typeof cursor === 'string' ? ports.seals.open(cursor, place) : null;
  return text === null ? 'invalid' : (JSON.parse(text) as Record<string, string>);
}

async function askPart(asked: Asked, one: Reached, kind: ListKind, cursor: string | null, context: AggregateContext): Promise<Part> {
  const { slug } = one.server;
  const left = (reason: Unavailable['reason'], message: string): Part => ({
    slug,
    items: [],
    cursor: null,
    ttlMs: 0,
    unavailable: { server: slug, reason, message },
  });
  const open = (): Promise<Leg | null> => context.legs.soon(asked.facts, one, asked.session);
  let leg = await open();
  if (leg === null) return left('slow', 'It has not answered yet.');
  if (leg.opened.failure !== null) return left('failed', leg.opened.failure);
  // Tools are asked of all, as a client of that server alone may.
  if (kind.capability !== 'tools' && !(kind.capability in leg.opened.capabilities)) return empty(slug);
  let answer = await askPage(asked, leg, asked.message.method, cursor, context);
  if (answer?.ok === false && isLost(leg, answer.status)) {
    context.legs.forget(leg, asked.session);
    leg = await open();
    answer = leg === null ? null : await askPage(asked, leg, asked.message.method, cursor, context);
  }
  if (answer === null) return left('slow', `It gave no list within ${Math.round(context.waitMs / 1000)} s.`);
  if (!answer.ok) return answer.code === METHOD_NOT_FOUND ? empty(slug) : left('failed', answer.message);
  const all = asked.reached.map(({ server }) => server);
  const items = itemsOf(answer.result, kind.member)
    .map((item) => kind.rename(item, one.server, all))
    .filter((item) => item !== null);
  const { nextCursor, ttlMs } = answer.result;
  return {
    slug,
    items,
    cursor: typeof nextCursor === 'string' ? nextCursor : null,
    ttlMs: typeof ttlMs === 'number' && ttlMs >= 0 ? ttlMs : LIST_TTL_MS_MAX,
    unavailable: null,
  };
}

const empty = (slug: string): Part => ({ slug, items: [], cursor: null, ttlMs: LIST_TTL_MS_MAX, unavailable: null });

export function itemsOf(result: JsonObject, member: string): readonly JsonObject[] {
  const items = result[member];
  return Array.isArray(items) ? (items as Json[]).filter((item): item is JsonObject => isJsonObject(item)) : [];
}

let asks = 0;

/** One page of one server; null when it takes longer than the aggregate waits, and the server is told then. */
export async function askPage(
  asked: Asked,
  leg: Leg,
  method: string,
  cursor: string | null,
  context: AggregateContext,
): Promise<LegAnswer | null> {
  const { facts, params } = asked;
  const { handle, waitMs } = context;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, waitMs);
  if (facts.era === 'modern') facts.request.signal.addEventListener('abort', abort, { once: true });
  // Several run in one session at the same time, beside those of the client.
  const id = `callgate-list-${++asks}`;
  const rest = ownParams(params);
  const message = { id, method, params: cursor === null ? rest : { ...rest, cursor } };
  const onOther = (other: JsonObject): void => passMessage(JSON.stringify(other), leg, asked, context);
  try {
    const response = await handle(legRequest(facts, leg, message, { signal: controller.signal, cancels: true }));
    const answer = await readAnswer(response, id, onOther);
    return controller.signal.aborted ? null : answer;
  } finally {
    clearTimeout(timer);
    facts.request.signal.removeEventListener('abort', abort);
  }
}

/** Without our cursor, and without a token for progress that several servers would report on. */
function ownParams({ cursor: _sealed, _meta, ...params }: JsonObject): JsonObject {
  if (!isJsonObject(_meta)) return params;
  const { progressToken: _token, ...meta } = _meta;
  return { ...params, _meta: meta };
}

function renameTool(item: JsonObject, server: ServerView, all: readonly ServerView[]): JsonObject | null {
  if (typeof item.name !== 'string') return null;
  const name = toolName(server.slug, item.name);
  const found = findTool(name, all);
  return found?.server.id === server.id && found.name === item.name ? { ...item, name } : null;
}

function renamePrompt(item: JsonObject, { slug }: ServerView): JsonObject | null {
  return typeof item.name === 'string' ? { ...item, name: joinedName(slug, item.name) } : null;
}

function renameUri(item: JsonObject, member: 'uri' | 'uriTemplate', slug: string): JsonObject | null {
  const uri = item[member];
  return typeof uri === 'string' ? { ...item, [member]: wrapUri(slug, uri) } : null;
}

function renameTask(item: JsonObject, { slug }: ServerView): JsonObject | null {
  return typeof item.taskId === 'string' ? { ...item, taskId: outerTask(slug, item.taskId) } : null;
}
