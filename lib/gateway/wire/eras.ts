import { type Era, namedBy } from '@/lib/domain/mcp/methods';
import { decodeMirror } from '@/lib/domain/mcp/mirrored-text';
import { isJsonObject, type Json } from '@/lib/kernel/json';
import { type Refused, refuse } from '../denial';
import type { WireHeaders } from './headers';
import type { Message } from './json-rpc';

export const MODERN_VERSION = '2026-07-28';
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;
/** Spoken by clients that negotiated down; never offered. */
const TOLERATED_VERSIONS = new Set<string>([...LEGACY_VERSIONS, '2024-11-05']);
export const META_VERSION = 'io.modelcontextprotocol/protocolVersion';

/**
 * The era of a message, read from the body first; headers only have to agree. Refuses what two readers could read
 * differently (-32020) and versions the gateway does not speak (-32022).
 */
export function classifyEra(headers: WireHeaders, message: Message): Era | Refused {
  const claimed = versionIn(message.params?._meta);
  const header = headers.protocolVersion;
  if (claimed !== null) {
    if (header !== claimed) return mismatch('MCP-Protocol-Version does not equal the version in _meta.');
    // Who claims a version in the body speaks no stateful revision with it.
    if (claimed !== MODERN_VERSION) return refuseVersion(claimed, [MODERN_VERSION]);
  }
  const mirrored = headers.mcpMethod !== null || headers.mcpName !== null;
  if (header === null) {
    // Only a modern client sends mirrors; without the version nobody can tell whether anyone checked them.
    return mirrored ? mismatch('Mcp-Method and Mcp-Name need MCP-Protocol-Version.') : 'legacy';
  }
  if (header !== MODERN_VERSION && !TOLERATED_VERSIONS.has(header)) return refuseVersion(header);
  const era: Era = header === MODERN_VERSION ? 'modern' : 'legacy';
  if (message.kind === 'response') return era;
  const problem = mirrored || (era === 'modern' && message.kind === 'request') ? checkMirrors(headers, message, era) : null;
  return problem ?? era;
}

/** -32022 with what is spoken here. */
export function refuseVersion(requested: string, supported: readonly string[] = [MODERN_VERSION, ...LEGACY_VERSIONS]): Refused {
  return refuse('request.unsupported_version', { data: { supported, requested: requested.slice(0, 64) } });
}

/**
 * A `_meta` beside `params` is no place the specification knows, but some reader may look there: what it claims has to
 * agree too, before the message is refused for the stray member.
 */
export function checkStrayClaim(headers: WireHeaders, value: Json): Refused | null {
  const claimed = isJsonObject(value) ? versionIn(value._meta) : null;
  return claimed !== null && claimed !== headers.protocolVersion
    ? mismatch('MCP-Protocol-Version does not equal the version in _meta.')
    : null;
}

function versionIn(meta: Json | undefined): string | null {
  const version = isJsonObject(meta) ? meta[META_VERSION] : undefined;
  return typeof version === 'string' ? version : null;
}

function checkMirrors(headers: WireHeaders, message: Message, era: Era): Refused | null {
  const required = era === 'modern';
  if (headers.mcpMethod === null ? required : decodeMirror(headers.mcpMethod) !== message.method) {
    return mismatch('Mcp-Method does not equal the method in the body.');
  }
  const member = namedBy(message.method);
  if (member === null) return null;
  const name = message.params?.[member];
  if (headers.mcpName === null ? required : typeof name !== 'string' || decodeMirror(headers.mcpName) !== name) {
    return mismatch('Mcp-Name does not equal the name in the body.');
  }
  return null;
}

function mismatch(message: string): Refused {
  return refuse('request.header_mismatch', { message });
}
