import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { discard } from '../relayed-body';
import type { GatewayRequest, GatewayResponse } from '../request';
import type { SessionStore } from '../sessions';
import type { Identified } from '../stages/identify';
import { MODERN_VERSION } from '../wire/eras';
import type { AggregateSession } from './aggregate-sessions';
import { type LegAnswer, readAnswer } from './leg-answer';
import { type LegAddress, type LegMessage, legRequest } from './leg-request';
import type { Opened } from './opened';
import type { Reached } from './reach';

export type Handle = (request: GatewayRequest) => Promise<GatewayResponse>;
export type OpenLeg = (call: Identified, reached: Reached, session: AggregateSession | null) => Promise<Opened>;

/** A server may have to be started first. */
const OPEN_MS_MAX = 60_000;
const OPEN_ID = 'callgate-open';
const INTERNAL_ERROR = -32603;
/** Of a client without a session: it declares nothing, so that the server asks nothing. */
const NO_CLIENT: JsonObject = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'callgate', version: '1' } };
/**
 * Opens a server for the aggregate: in the revision of the client when the server has it, else in the other one. Each step is
 * a request of the client to that server's own endpoint.
 */
export function createOpenLeg(handle: Handle, sessions: SessionStore): OpenLeg {
  return async (call, reached, session) => {
    const stateful = reached.server.target.transport === 'sse';
    const attempts: Opened['era'][] = stateful
      ? ['legacy']
      : session === null && call.era === 'modern'
        ? ['modern', 'legacy']
        : ['legacy', 'modern'];
    let failure: Extract<LegAnswer, { ok: false }> | null = null;
    for (const era of attempts) {
      const opened = await (era === 'modern' ? discover(call, reached, handle) : initialize(call, reached, session, handle, sessions));
      if ('era' in opened) return opened;
      // What the first try said is what the other one is explained by: a server that is down speaks no revision.
      failure ??= opened;
      if (!isTurnedAway(opened)) break;
    }
    return { era: attempts[0] ?? 'legacy', sessionId: null, capabilities: {}, instructions: null, failure: failure?.message ?? '' };
  };
}

/** An error of the server's own about this message: it may be one of the other era. Anything else says nothing about its era. */
const isTurnedAway = ({ status, code }: Failed): boolean =>
  code !== null && code !== INTERNAL_ERROR && status < 500 && status !== 401 && status !== 403;

type Failed = Extract<LegAnswer, { ok: false }>;

async function discover(call: Identified, reached: Reached, handle: Handle): Promise<Opened | Failed> {
  const address: LegAddress = { slug: reached.server.slug, era: 'modern', sessionId: null };
  const { answer } = await ask(call, address, { id: OPEN_ID, method: 'server/discover', params: {} }, handle);
  if (!answer.ok) return answer;
  const { supportedVersions, capabilities, instructions } = answer.result;
  // A server may answer this and speak the older revisions all the same.
  const speaks = Array.isArray(supportedVersions) && (supportedVersions as readonly Json[]).includes(MODERN_VERSION);
  if (!speaks) return { ok: false, status: 400, code: -32022, message: 'The server does not speak this revision.' };
  return openedOf('modern', null, capabilities, instructions);
}

async function initialize(
  call: Identified,
  reached: Reached,
  session: AggregateSession | null,
  handle: Handle,
  sessions: SessionStore,
): Promise<Opened | Failed> {
  const address: LegAddress = { slug: reached.server.slug, era: 'legacy', sessionId: null };
  const params = session?.profile ?? NO_CLIENT;
  const { answer, response } = await ask(call, address, { id: OPEN_ID, method: 'initialize', params }, handle);
  const sessionId = response?.headers['mcp-session-id'] ?? null;
  if (!answer.ok) return answer;
  if (session === null) {
    // Only what the server can do was wanted.
    if (sessionId !== null) sessions.endById(sessionId);
    return openedOf('legacy', null, answer.result.capabilities, answer.result.instructions);
  }
  const opened = openedOf('legacy', sessionId, answer.result.capabilities, answer.result.instructions);
  const within: LegAddress = { ...address, sessionId };
  await tell(call, within, { method: 'notifications/initialized' }, handle);
  if (session.level !== null && 'logging' in opened.capabilities)
    await ask(call, within, { id: OPEN_ID, method: 'logging/setLevel', params: { level: session.level } }, handle);
  return opened;
}

function openedOf(era: Opened['era'], sessionId: string | null, capabilities?: Json, instructions?: Json): Opened {
  return {
    era,
    sessionId,
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    instructions: typeof instructions === 'string' && instructions.trim() !== '' ? instructions : null,
    failure: null,
  };
}

/** A notification or response; nobody waits for more than that it was taken. */
export async function tell(call: Identified, leg: LegAddress, message: LegMessage, handle: Handle): Promise<GatewayResponse> {
  const response = await handle(legRequest(call, leg, message, { signal: AbortSignal.timeout(OPEN_MS_MAX), cancels: true }));
  if (response.body !== null && typeof response.body !== 'string') discard(response.body);
  return response;
}

async function ask(
  call: Identified,
  leg: LegAddress,
  message: LegMessage & { readonly id: string },
  handle: Handle,
): Promise<{ readonly answer: LegAnswer; readonly response: GatewayResponse }> {
  const response = await handle(legRequest(call, leg, message, { signal: AbortSignal.timeout(OPEN_MS_MAX), cancels: true }));
  return { answer: await readAnswer(response, message.id, () => {}), response };
}
