import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { type Refused, type RpcId, refuse } from '../denial';

/** One JSON-RPC message as the gateway keeps it: parsed values only. `params` is absent exactly when the caller left it out. */
export type Message =
  | { readonly kind: 'request'; readonly id: RpcId; readonly method: string; readonly params: JsonObject | undefined }
  | { readonly kind: 'notification'; readonly id: null; readonly method: string; readonly params: JsonObject | undefined }
  | { readonly kind: 'response'; readonly id: RpcId; readonly method: ''; readonly params: undefined; readonly value: JsonObject };

const REQUEST_MEMBERS = new Set(['jsonrpc', 'id', 'method', 'params']);
const RESPONSE_MEMBERS = new Set(['jsonrpc', 'id', 'result', 'error']);

/** Reads one message. Batches, null ids, unknown members and params of the wrong type are refused on every revision. */
export function readMessage(value: Json): Message | Refused {
  if (Array.isArray(value)) return refuse('request.invalid', { message: 'Batches are not accepted; send one message a request.' });
  if (!isJsonObject(value)) return refuse('request.invalid');
  if (value.jsonrpc !== '2.0') return refuse('request.invalid', { message: 'The member jsonrpc must be "2.0".' });
  const { id, method } = value;
  const response = method === undefined && ('result' in value || 'error' in value);
  const members = response ? RESPONSE_MEMBERS : REQUEST_MEMBERS;
  for (const member of Object.keys(value)) {
    if (!members.has(member)) return refuse('request.invalid', { message: 'The message has a member that JSON-RPC does not define.' });
  }
  const hasId = 'id' in value;
  if (hasId && typeof id !== 'string' && !(typeof id === 'number' && Number.isSafeInteger(id))) {
    return refuse('request.invalid', { message: 'The id must be a string or an integer.' });
  }
  if (response) return readResponse(value, hasId ? (id as RpcId) : null);
  if (typeof method !== 'string') return refuse('request.invalid', { message: 'The member method must be a string.' });
  const params = value.params;
  if (params !== undefined && !isJsonObject(params)) return refuse('request.invalid_params');
  if (params?._meta !== undefined && !isJsonObject(params._meta)) return refuse('request.invalid_params');
  return hasId ? { kind: 'request', id: id as RpcId, method, params } : { kind: 'notification', id: null, method, params };
}

function readResponse(value: JsonObject, id: RpcId | null): Message | Refused {
  const one = 'result' in value !== 'error' in value;
  if (id === null || !one) return refuse('request.invalid', { message: 'A response has an id and either a result or an error.' });
  return { kind: 'response', id, method: '', params: undefined, value };
}

/** The only text of a message that is ever sent on: built from the values that were decided on. */
export function canonicalText(message: Message): string {
  switch (message.kind) {
    case 'request':
      return JSON.stringify({ jsonrpc: '2.0', id: message.id, method: message.method, params: message.params });
    case 'notification':
      return JSON.stringify({ jsonrpc: '2.0', method: message.method, params: message.params });
    case 'response':
      return JSON.stringify(message.value);
  }
}

/** A key for maps that keeps `1` and `"1"` apart. */
export function idKey(id: RpcId): string {
  return typeof id === 'number' ? `n${id}` : `s${id}`;
}
