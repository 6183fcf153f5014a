import type { Catalogue } from '@/lib/domain/decision';
import { sha256Hex } from '@/lib/kernel/digest';
import type { RpcId } from '../denial';
import type { ServerView } from '../snapshot-port';

/** Between the slug of a server, which has no underscores, and a name of that server. */
const SEPARATOR = '__';
/** What models and their hosts take of the name of a tool. */
const NAME_CHARACTERS_MAX = 64;
const MARK_CHARACTERS = 8;

/** Where a name of the aggregate leads: to this server, under its own name there. */
export interface Named {
  readonly server: ServerView;
  readonly name: string;
}

/**
 * The name of a tool at the aggregate: `{server}__{tool}`. A longer one than 64 characters is cut and marked with the first
 * 8 hex digits of the SHA-256 of the whole, so that it is the same at all times and on all nodes.
 */
export function toolName(slug: string, tool: string): string {
  const whole = joinedName(slug, tool);
  if (whole.length <= NAME_CHARACTERS_MAX) return whole;
  return `${whole.slice(0, NAME_CHARACTERS_MAX - MARK_CHARACTERS - 1)}_${sha256Hex(whole).slice(0, MARK_CHARACTERS)}`;
}

/** The name of a prompt: people choose prompts, so it is not cut. */
export const joinedName = (slug: string, name: string): string => `${slug}${SEPARATOR}${name}`;

/**
 * The tool behind a name. A name that two tools would have leads to neither: whichever were taken would be called under the
 * name of the other. A tool that the server does not have is found too, so that the walk to the server refuses it.
 */
export function findTool(name: string, servers: readonly ServerView[]): Named | null {
  if (name.length > NAME_CHARACTERS_MAX) return null;
  const plain = findJoined(name, servers);
  const cut = name.length === NAME_CHARACTERS_MAX ? servers.flatMap((server) => cutTools(server, name)) : [];
  const known = plain?.server.catalogue.has(plain.name) === true;
  if (cut.length === 0) return plain;
  return cut.length === 1 && !known ? (cut[0] as Named) : null;
}

/** Splits at the first separator. */
export function findJoined(name: string, servers: readonly ServerView[]): Named | null {
  const at = name.indexOf(SEPARATOR);
  if (at < 0) return null;
  const slug = name.slice(0, at);
  const server = servers.find((one) => one.slug === slug);
  return server === undefined ? null : { server, name: name.slice(at + SEPARATOR.length) };
}

/** Catalogues do not change; which of their names are too long is found out once. */
const cutNames = new WeakMap<Catalogue, ReadonlyMap<string, readonly string[]>>();

function cutTools(server: ServerView, name: string): Named[] {
  let names = cutNames.get(server.catalogue);
  if (names === undefined) {
    const found = new Map<string, string[]>();
    for (const tool of server.catalogue.keys()) {
      if (joinedName(server.slug, tool).length <= NAME_CHARACTERS_MAX) continue;
      const cut = toolName(server.slug, tool);
      found.set(cut, [...(found.get(cut) ?? []), tool]);
    }
    names = found;
    cutNames.set(server.catalogue, names);
  }
  return (names.get(name) ?? []).map((tool) => ({ server, name: tool }));
}

const WRAPPED = /^cg\+([a-z0-9][a-z0-9_-]*):(.*)$/is;

/** A resource of one server among those of all: `cg+{server}:{uri}`. Templates are wrapped the same way. */
export const wrapUri = (slug: string, uri: string): string => `cg+${slug}:${uri}`;

/** null for a URI that names no server. */
export function unwrapUri(uri: string): { readonly slug: string; readonly uri: string } | null {
  const parts = WRAPPED.exec(uri);
  return parts === null ? null : { slug: (parts[1] as string).toLowerCase(), uri: parts[2] as string };
}

/** Whether a URI may come of a template: every expression stands for some text. */
export function matchesTemplate(template: string, uri: string): boolean {
  const literals = template.split(/\{[^{}]*\}/);
  if (literals.length === 1) return template === uri;
  let at = 0;
  for (const [index, literal] of literals.entries()) {
    const found = index === 0 ? (uri.startsWith(literal) ? 0 : -1) : uri.indexOf(literal, at);
    if (found < 0) return false;
    at = found + literal.length;
  }
  return uri.endsWith(literals[literals.length - 1] as string);
}

/** What a server gave an id or a token among those that all servers give: `{server}~{n or s}~{id}`. */
export const outerId = (slug: string, id: RpcId): string => `${slug}~${typeof id === 'number' ? 'n' : 's'}~${id}`;

/** null for an id that no server gave. */
export function innerId(id: RpcId): { readonly slug: string; readonly id: RpcId } | null {
  const parts = /^([^~]+)~([ns])~(.*)$/s.exec(String(id));
  if (typeof id !== 'string' || parts === null) return null;
  const [, slug, kind, text] = parts as unknown as [string, string, string, string];
  return { slug, id: kind === 'n' ? Number(text) : text };
}

/** A task of one server among those of all: `{server}~t~{id}`, which no other server can have. */
export const outerTask = (slug: string, id: string): string => `${slug}~t~${id}`;

/** null for what is no task of the aggregate's. */
export function innerTask(id: string): { readonly slug: string; readonly id: string } | null {
  const parts = /^([^~]+)~t~(.*)$/s.exec(id);
  return parts === null ? null : { slug: parts[1] as string, id: parts[2] as string };
}
