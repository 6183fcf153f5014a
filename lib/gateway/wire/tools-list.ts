import type { ToolDefinition } from '@/lib/domain/risk';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import type { CompiledPolicy } from '@/lib/policy/compiled-policy';
import { definitionDigest } from '@/lib/risk/definition-digest';
import type { ServerView } from '../snapshot-port';

/** The digest last computed for a tool's exact text: lists repeat, and hashing them each time would cost more than all else. */
const known = new Map<string, { readonly text: string; readonly digest: string }>();
const KNOWN_MAX = 20_000;
/** A filtered list is one grant's view and may change with the next published policy. */
const LIST_TTL_MS_MAX = 1000;

/**
 * A `tools/list` response with only what this grant may know of: active tools of the catalogue whose live definition is
 * the approved one and which the policy does not hide. Denied tools stay: an agent that sees one can ask why. Returns the
 * message unchanged (same object) when it is not a list. Without a policy the list is empty. `stopped`: what a kill switch
 * stops.
 */
export function filterToolsList(
  message: Json,
  server: ServerView,
  policy: CompiledPolicy | null,
  stopped: (tool: string) => boolean,
): Json {
  if (!isJsonObject(message) || !isJsonObject(message.result)) return message;
  const { tools } = message.result;
  if (tools === undefined) return message;
  const seen = new Set<string>();
  const listed = Array.isArray(tools) ? (tools as readonly Json[]).filter((tool) => isListed(tool, server, policy, stopped, seen)) : [];
  return { ...message, result: privately({ ...message.result, tools: listed }) };
}

/** A list that is for one grant alone, and not for long. */
export function privately(list: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...list };
  if ('cacheScope' in result) result.cacheScope = 'private';
  if (typeof result.ttlMs === 'number') result.ttlMs = Math.min(result.ttlMs, LIST_TTL_MS_MAX);
  return result;
}

function isListed(
  tool: Json,
  server: ServerView,
  policy: CompiledPolicy | null,
  stopped: (tool: string) => boolean,
  seen: Set<string>,
): boolean {
  if (policy === null || !isJsonObject(tool) || typeof tool.name !== 'string' || seen.has(tool.name)) return false;
  const approved = server.catalogue.get(tool.name);
  if (approved === undefined || approved.status !== 'active') return false;
  if (policy.hides(tool.name, server.catalogue) || stopped(tool.name)) return false;
  if (digestOf(tool, server.id) !== approved.digest) return false;
  seen.add(tool.name);
  return true;
}

function digestOf(tool: JsonObject, serverId: string): string | null {
  const key = `${serverId} ${tool.name as string}`;
  const text = JSON.stringify(tool);
  const before = known.get(key);
  if (before?.text === text) return before.digest;
  try {
    const digest = definitionDigest(tool as unknown as ToolDefinition);
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(key, { text, digest });
    return digest;
  } catch {
    // A definition that has no digest cannot be the approved one.
    return null;
  }
}
