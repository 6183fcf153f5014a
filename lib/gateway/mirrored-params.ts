import { decodeMirror, encodeMirror } from '@/lib/domain/mcp/mirrored-text';
import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { type Refused, refuse } from './denial';
import type { RequestFacts } from './facts';

/** A header that repeats an argument, as the tool's schema declares it. */
interface Mirror {
  /** Lower-case, with the prefix. */
  readonly header: string;
  readonly path: readonly string[];
}

const PREFIX = 'mcp-param-';
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
const PRIMITIVES = new Set(['string', 'integer', 'boolean']);
const DEPTH_MAX = 16;
const NONE: readonly Mirror[] = [];
/** Schemas do not change; what they declare is read once. */
const declared = new WeakMap<JsonObject, readonly Mirror[]>();

/**
 * Refuses `Mcp-Param` headers that say something else than the arguments: an upstream may act on either, and policy and people
 * see the arguments alone. One that is missing is for the upstream to refuse, as it would without a gateway.
 */
export function checkMirroredParams(call: RequestFacts): Refused | null {
  const sent = call.headers?.params ?? null;
  if (sent === null || call.era !== 'modern') return null;
  const args = call.message?.params?.arguments;
  for (const { header, path } of mirrorsOf(call)) {
    const value = sent[header];
    if (value === undefined) continue;
    if (decodeMirror(value) !== textOf(valueAt(args, path))) {
      return refuse('request.header_mismatch', { message: 'An Mcp-Param header does not equal the argument that it repeats.' });
    }
  }
  return null;
}

/** The headers of the hop: those that are declared written anew from the arguments, the others as they came. */
export function upstreamParams(call: RequestFacts): Record<string, string> {
  const headers: Record<string, string> = { ...call.headers?.params };
  const args = call.message?.params?.arguments;
  for (const { header, path } of mirrorsOf(call)) {
    if (!Object.hasOwn(headers, header)) continue;
    const text = textOf(valueAt(args, path));
    if (text !== null) headers[header] = encodeMirror(text);
  }
  return headers;
}

/** What the tool declares, all of it, for a client of a revision that has no such headers. */
export function declaredParams(call: RequestFacts): Record<string, string> {
  const args = call.message?.params?.arguments;
  return Object.fromEntries(
    mirrorsOf(call).flatMap(({ header, path }) => {
      const text = textOf(valueAt(args, path));
      return text === null ? [] : [[header, encodeMirror(text)]];
    }),
  );
}

/** Headers that the tool does not declare: nothing says what the upstream makes of them, so people see them. null without any. */
export function undeclaredParams(call: RequestFacts): JsonObject | null {
  const sent = call.era === 'modern' ? (call.headers?.params ?? null) : null;
  if (sent === null) return null;
  const known = new Set(mirrorsOf(call).map(({ header }) => header));
  const rest = Object.entries(sent).filter(([header]) => !known.has(header));
  return rest.length === 0 ? null : Object.fromEntries(rest);
}

function mirrorsOf({ message, server }: RequestFacts): readonly Mirror[] {
  const name = message?.method === 'tools/call' ? message.params?.name : undefined;
  const schema = typeof name === 'string' ? server?.catalogue.get(name)?.inputSchema : null;
  if (schema == null) return NONE;
  let mirrors = declared.get(schema);
  if (mirrors === undefined) {
    mirrors = readMirrors(schema);
    declared.set(schema, mirrors);
  }
  return mirrors;
}

/** What a schema declares along chains of `properties`. A name that stands there twice, or is no header name, declares nothing. */
function readMirrors(schema: JsonObject): readonly Mirror[] {
  const found = new Map<string, Mirror | null>();
  const visit = (node: JsonObject, path: readonly string[]): void => {
    if (!isJsonObject(node.properties) || path.length >= DEPTH_MAX) return;
    for (const [name, property] of Object.entries(node.properties)) {
      if (!isJsonObject(property)) continue;
      const at = [...path, name];
      const annotation = property['x-mcp-header'];
      if (typeof annotation === 'string' && TOKEN.test(annotation) && typeof property.type === 'string' && PRIMITIVES.has(property.type)) {
        const header = PREFIX + annotation.toLowerCase();
        found.set(header, found.has(header) ? null : { header, path: at });
      }
      visit(property, at);
    }
  };
  visit(schema, []);
  return [...found.values()].filter((mirror) => mirror !== null);
}

function valueAt(args: Json | undefined, path: readonly string[]): Json | undefined {
  let value = args;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** The text of a primitive; null for what no header can repeat. */
function textOf(value: Json | undefined): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isInteger(value)) ? String(value) : null;
}
