import { type Era, META, namedBy } from '@/lib/domain/mcp/methods';
import { encodeMirror } from '@/lib/domain/mcp/mirrored-text';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';

/** The stateless revision that the bridge speaks to the server. */
export const BRIDGED_VERSION = '2026-07-28';
/** The era of a request, from the headers of its hop. */
export const eraOfHop = (headers: Readonly<Record<string, string>>): Era =>
  headers['mcp-protocol-version'] === BRIDGED_VERSION ? 'modern' : 'legacy';

/** The stateful revision that it speaks to the client. */
const SPOKEN_VERSION = '2025-11-25';
/** Capabilities that mean the same in both revisions. `tasks` is an extension of another kind in the newer one. */
const SHARED_CAPABILITIES = ['tools', 'prompts', 'resources', 'completions', 'logging', 'experimental'] as const;
/** Headers of the hop that the message belongs to: its trace, and arguments that it repeats. */
const CARRIED_HEADER = /^(?:traceparent|tracestate|baggage|mcp-param-.+)$/;

/** What a client of the stateful revisions said once, and every request of the stateless one says again. */
export interface BridgedClient {
  readonly clientInfo: JsonObject;
  readonly capabilities: JsonObject;
  /** null: no log lines, which is what the stateless revision takes silence for. */
  readonly logLevel: string | null;
}

/** `params` as the stateless revision wants them: who asks, what they can do, and which log lines they want. */
export function statelessParams(params: JsonObject, client: BridgedClient): JsonObject {
  const { _meta, ...rest } = params;
  return {
    ...rest,
    _meta: {
      ...(isJsonObject(_meta) ? _meta : {}),
      [`${META}protocolVersion`]: BRIDGED_VERSION,
      [`${META}clientInfo`]: client.clientInfo,
      [`${META}clientCapabilities`]: client.capabilities,
      ...(client.logLevel === null ? {} : { [`${META}logLevel`]: client.logLevel }),
    },
  };
}

/** The headers of a request of the stateless revision, which repeat its body; `given` are those of the client's hop. */
export function statelessHeaders(method: string, params: JsonObject, given: Readonly<Record<string, string>>): Record<string, string> {
  const member = namedBy(method);
  const name = member === null ? undefined : params[member];
  return {
    ...Object.fromEntries(Object.entries(given).filter(([header]) => CARRIED_HEADER.test(header))),
    'mcp-protocol-version': BRIDGED_VERSION,
    'mcp-method': method,
    ...(typeof name === 'string' ? { 'mcp-name': encodeMirror(name) } : {}),
  };
}

/** The answer to `initialize`, from that to `server/discover`; a sentence when the server does not speak the stateless revision. */
export function initializeResult(discovered: JsonObject): JsonObject | string {
  const { supportedVersions, capabilities, instructions, _meta } = discovered;
  if (!Array.isArray(supportedVersions) || !(supportedVersions as readonly Json[]).includes(BRIDGED_VERSION))
    return `The server does not speak ${BRIDGED_VERSION}; it needs no bridge.`;
  const said = isJsonObject(capabilities) ? capabilities : {};
  const serverInfo = isJsonObject(_meta) ? _meta[`${META}serverInfo`] : undefined;
  return {
    protocolVersion: SPOKEN_VERSION,
    capabilities: Object.fromEntries(SHARED_CAPABILITIES.flatMap((name) => (said[name] === undefined ? [] : [[name, said[name]]]))),
    serverInfo: isJsonObject(serverInfo) ? serverInfo : { name: 'unnamed', version: '0' },
    ...(typeof instructions === 'string' ? { instructions } : {}),
  };
}

/** A result without the members that only the stateless revision has; a sentence when it is of a kind the older ones do not know. */
export function statefulResult(result: JsonObject): JsonObject | string {
  const { resultType, ttlMs: _ttl, cacheScope: _scope, ...rest } = withoutMeta(result, 'serverInfo');
  if (resultType !== undefined && resultType !== 'complete')
    return `The server answers with ${JSON.stringify(resultType).slice(0, 60)}, which clients of ${SPOKEN_VERSION} do not know.`;
  return rest;
}

/** A request that the server asks inside of its answer, as one of the stateful revisions under an id of its own; null when it is none. */
export function askOf(request: Json | undefined, id: string): JsonObject | null {
  if (!isJsonObject(request) || typeof request.method !== 'string') return null;
  const params = isJsonObject(request.params) ? request.params : {};
  // The older revision knows a page to visit by an id.
  const visit = request.method === 'elicitation/create' && params.mode === 'url' && params.elicitationId === undefined;
  return { jsonrpc: '2.0', id, method: request.method, params: visit ? { ...params, elicitationId: id } : params };
}

/** A notification without the mark of the subscription it came by, which the stateful revisions do not have. */
export function statefulNotification(message: JsonObject): JsonObject {
  return isJsonObject(message.params) ? { ...message, params: withoutMeta(message.params, 'subscriptionId') } : message;
}

/** The object without what one hop says to the other in `_meta`, and without `_meta` when nothing else is in there. */
function withoutMeta(value: JsonObject, name: string): JsonObject {
  const { _meta, ...rest } = value;
  if (!isJsonObject(_meta) || !(META + name in _meta)) return value;
  const { [META + name]: _ours, ...others } = _meta;
  return Object.keys(others).length === 0 ? rest : { ...rest, _meta: others };
}
