import { type Era, isKnownNotification, isKnownRequest } from '@/lib/domain/mcp/methods';
import { isJsonObject, type JsonObject } from '@/lib/kernel/json';
import { ok, type Result } from '@/lib/kernel/result';
import { parseStrictJson } from '@/lib/kernel/strict-json';
import { withoutPrompt } from '../approval-prompt';
import { type Denial, type Refused, refuse } from '../denial';
import type { RequestFacts } from '../facts';
import type { ClientName } from '../sessions';
import { checkStrayClaim, classifyEra } from '../wire/eras';
import { type Message, readMessage } from '../wire/json-rpc';
import type { Identified } from './identify';
import { isAggregate } from './present-grant';

declare const decoded: unique symbol;
/** A request whose body is one message that every reader reads alike, of a method that exists, agreeing with its headers. */
export interface Decoded extends Identified {
  readonly message: Message;
  readonly era: Era;
  readonly [decoded]: true;
}

/** The second half of receiving, after identification so that strangers do not get to have megabytes parsed. */
export function decode(call: Identified): Result<Decoded, Denial> {
  const { body } = call.request;
  if (body === null) return refuse('request.malformed', { message: 'The request has no body.' });
  if (!(body instanceof Uint8Array)) return refuse('request.too_large');
  const parsed = parseStrictJson(body, { reportForbiddenKey: true });
  if (!parsed.ok) return refuse('request.malformed', { message: parsed.error.message, data: { problem: parsed.error.code } });
  const { value, forbiddenKey } = parsed.value;
  const stray = checkStrayClaim(call.headers, value);
  if (stray !== null) return stray;
  const message = readMessage(value);
  if ('ok' in message) return message;
  const facts: RequestFacts = call;
  facts.message = message;
  facts.forbiddenKey = forbiddenKey;
  const era = classifyEra(call.headers, message);
  if (typeof era !== 'string') return era;
  facts.era = era;
  facts.client = modernClient(message);
  // The aggregate only passes on: what a retry brings along is for the walk to the server.
  const retry = era === 'modern' && !isAggregate(call.request) ? withoutPrompt(message) : null;
  if (retry !== null) {
    facts.message = retry;
    facts.prompted = true;
  }
  return checkMethod(message, era) ?? checkForbiddenKey(message, forbiddenKey) ?? checkCall(message) ?? ok(call as Decoded);
}

function checkMethod(message: Message, era: Era): Refused | null {
  if (message.kind === 'response') {
    return era === 'modern' ? refuse('request.invalid', { message: 'A client sends no responses in this revision.' }) : null;
  }
  if (message.kind === 'request') return isKnownRequest(message.method, era) ? null : refuse('request.unknown_method');
  if (isKnownNotification(message.method, era)) return null;
  // A request without an id would run without anyone to answer to.
  return isKnownRequest(message.method, era)
    ? refuse('request.invalid', { message: 'This method is a request and needs an id.' })
    : refuse('request.unknown_method');
}

/** Inside a call's arguments the refusal depends on the tool and waits for the decision; anywhere else it is final. */
function checkForbiddenKey(message: Message, key: string | null): Refused | null {
  if (key === null || (message.method === 'tools/call' && key.startsWith('/params/arguments/'))) return null;
  return refuse('request.malformed', { data: { problem: 'forbidden_key' } });
}

function checkCall(message: Message): Refused | null {
  if (message.method !== 'tools/call') return null;
  const { params } = message;
  if (params === undefined || typeof params.name !== 'string')
    return refuse('request.invalid_params', { message: 'A call names its tool in params.name.' });
  if (params.arguments !== undefined && !isJsonObject(params.arguments)) {
    return refuse('request.invalid_params', { message: 'The member params.arguments must be an object.' });
  }
  return null;
}

function modernClient(message: Message): ClientName | null {
  const meta = message.params?._meta as JsonObject | undefined;
  return readClientName(meta?.['io.modelcontextprotocol/clientInfo']);
}

/** Self-reported and shown only; never decides anything about trust. */
export function readClientName(info: unknown): ClientName | null {
  if (typeof info !== 'object' || info === null) return null;
  const { name, version } = info as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') return null;
  return { name: name.slice(0, 200), version: typeof version === 'string' ? version.slice(0, 100) : '' };
}
