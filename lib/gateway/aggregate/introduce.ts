import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import type { Denial } from '../denial';
import { JSON_HEADERS } from '../exchange';
import type { GatewayResponse } from '../request';
import { profileOf } from '../sessions';
import { readClientName } from '../stages/decode';
import { LEGACY_VERSIONS, MODERN_VERSION } from '../wire/eras';
import type { AggregateContext, Asked } from './aggregate-call';
import type { AggregateSession } from './aggregate-sessions';
import type { Leg } from './legs';
import type { Reached } from './reach';
import { joinedTasks } from './tasks';
import { answerText, type Unavailable, unavailableMeta } from './unavailable';

/** The stateful revisions that are spoken with clients; the newest is what everybody else is offered. */
const SPOKEN = new Set<string>([...LEGACY_VERSIONS, '2024-11-05']);
const INSTRUCTIONS_CHARACTERS_MAX = 20_000;

/**
 * `initialize`: answered here, for all servers. They are opened at once, since nearly every client lists next; one that is slow
 * is not waited for long, and joins when it is ready.
 */
export async function initialize(asked: Asked, context: AggregateContext): Promise<Result<GatewayResponse, Denial>> {
  const { facts } = asked;
  const declared = profileOf(asked.params);
  const version = SPOKEN.has(declared.protocolVersion) ? declared.protocolVersion : LEGACY_VERSIONS[0];
  const capabilities = withoutTaskList(declared.capabilities);
  const profile = { protocolVersion: version, capabilities, clientInfo: declared.clientInfo };
  const client = readClientName(declared.clientInfo);
  facts.client = client;
  const session = context.sessions.open(facts.grant.agent.id, version, profile, client);
  const { legs, unavailable } = await gather(asked, context, session);
  const result = {
    protocolVersion: version,
    ...introduction(asked, legs, unavailable, context.version),
    ...unavailableMeta(unavailable),
  };
  const headers = { ...JSON_HEADERS, 'mcp-session-id': session.id };
  return ok({ status: 200, headers, body: answerText(asked.message.id, result) });
}

/** A list of the client's tasks would show each server what it makes for the others. */
function withoutTaskList(capabilities: JsonObject): JsonObject {
  if (!isJsonObject(capabilities.tasks)) return capabilities;
  const { list: _list, ...tasks } = capabilities.tasks;
  return { ...capabilities, tasks };
}

/** `server/discover`: the same for clients of the stateless revision. */
export async function discover(asked: Asked, context: AggregateContext): Promise<Result<GatewayResponse, Denial>> {
  const { legs, unavailable } = await gather(asked, context, null);
  const { serverInfo, ...said } = introduction(asked, legs, unavailable, context.version);
  const result = {
    resultType: 'complete',
    supportedVersions: [MODERN_VERSION, ...LEGACY_VERSIONS],
    ...said,
    ttlMs: unavailable.length > 0 ? 0 : 1000,
    cacheScope: 'private',
    _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo, ...unavailableMeta(unavailable)._meta },
  };
  return ok({ status: 200, headers: JSON_HEADERS, body: answerText(asked.message.id, result) });
}

async function gather(
  { facts, reached }: Asked,
  context: AggregateContext,
  session: AggregateSession | null,
): Promise<{ readonly legs: readonly Leg[]; readonly unavailable: readonly Unavailable[] }> {
  const found = await Promise.all(reached.map((one) => context.legs.soon(facts, one, session)));
  const legs: Leg[] = [];
  const unavailable: Unavailable[] = [];
  for (const [at, leg] of found.entries()) {
    const server = (reached[at] as Reached).server.slug;
    if (leg === null) unavailable.push({ server, reason: 'slow', message: 'The server has not answered yet.' });
    else if (leg.opened.failure !== null) unavailable.push({ server, reason: 'failed', message: leg.opened.failure });
    else legs.push(leg);
  }
  return { legs, unavailable };
}

function introduction({ facts, reached }: Asked, legs: readonly Leg[], unavailable: readonly Unavailable[], version: string) {
  return {
    // A server that could not be asked, or is granted later, may have anything; it is asked when it is there.
    capabilities: {
      ...joinedCapabilities(
        legs.map(({ opened }) => opened.capabilities),
        unavailable.length > 0 || reached.length === 0,
      ),
      ...joinedTasks(
        legs.map(({ opened }) => opened),
        facts.era,
      ),
    },
    serverInfo: { name: 'callgate', title: 'Callgate', version },
    instructions: joinedInstructions(reached, legs),
  };
}

/** What at least one server can do. Lists change with the grants of the agent, whatever the servers say. */
function joinedCapabilities(all: readonly JsonObject[], anything: boolean): JsonObject {
  const has = (name: string): boolean => anything || all.some((one) => name in one);
  const subscribes = anything || all.some(({ resources }) => isJsonObject(resources) && resources.subscribe === true);
  return {
    tools: { listChanged: true },
    ...(has('resources') ? { resources: { listChanged: true, ...(subscribes ? { subscribe: true } : null) } } : null),
    ...(has('prompts') ? { prompts: { listChanged: true } } : null),
    ...(has('completions') ? { completions: {} } : null),
    ...(has('logging') ? { logging: {} } : null),
  };
}

function joinedInstructions(reached: readonly Reached[], legs: readonly Leg[]): string {
  const slugs = reached.map(({ server }) => server.slug);
  const own = [
    `Several servers behind one address: ${slugs.join(', ') || 'none at the moment'}.`,
    'Tools and prompts are named {server}__{name}; resources are cg+{server}:{uri}.',
  ].join(' ');
  const theirs = legs.flatMap(({ slug, opened }) =>
    opened.instructions === null ? [] : [`## ${slug}\n\n${opened.instructions.slice(0, INSTRUCTIONS_CHARACTERS_MAX)}`],
  );
  return [own, ...theirs].join('\n\n');
}
