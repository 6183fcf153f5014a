import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';
import { ROOT_FIELDS } from '@/lib/policy/path';

export type ArgumentKind = 'enum' | 'boolean' | 'number' | 'string' | 'time' | 'uri' | 'address' | 'file' | 'array' | 'object' | 'unknown';

/** One place that a rule can look at, with all that is known about its values. */
export interface PathOption {
  readonly path: string;
  readonly kind: ArgumentKind;
  /** As shown: `string`, `integer`, `list of string`, … */
  readonly type: string;
  readonly required: boolean;
  /** The server's own words: untrusted. */
  readonly description: string | null;
  readonly choices: readonly Json[] | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly integer: boolean;
  readonly depth: number;
}

const DEPTH_MAX = 6;
const PATHS_MAX = 400;

/** Every argument of a tool as a tree in reading order, from its input schema. */
export function argumentPaths(schema: Json | undefined | null): readonly PathOption[] {
  const found: PathOption[] = [];
  if (!isJsonObject(schema)) return found;
  const root = schema;
  const visit = (node: JsonObject, path: string, required: boolean, depth: number): void => {
    if (found.length >= PATHS_MAX || depth > DEPTH_MAX) return;
    if (path !== 'args') found.push(describe(node, path, required, depth));
    const needed = Array.isArray(node.required) ? (node.required as readonly Json[]) : [];
    if (isJsonObject(node.properties)) {
      for (const [key, child] of Object.entries(node.properties))
        visit(resolve(child, root), step(path, key), needed.includes(key), depth + 1);
    }
    if (isJsonObject(node.items)) {
      const items = resolve(node.items, root);
      if (isJsonObject(items.properties) || isJsonObject(items.items)) visit(items, `${path}[*]`, false, depth + 1);
    }
  };
  visit(resolve(schema, root), 'args', true, 0);
  return found;
}

/** `args.a`, or `args["a b"]` where the key is no plain word. */
export function step(path: string, key: string): string {
  return /^[^.[\]"*\s]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function resolve(node: Json | undefined, root: JsonObject, hops = 0): JsonObject {
  if (!isJsonObject(node)) return {};
  if (typeof node.$ref === 'string' && node.$ref.startsWith('#/') && hops < 8) {
    let at: Json | undefined = root;
    for (const part of node.$ref.slice(2).split('/'))
      at = isJsonObject(at) ? (at[part.replaceAll('~1', '/').replaceAll('~0', '~')] as Json | undefined) : undefined;
    return resolve(at, root, hops + 1);
  }
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    const variants = node[key];
    if (!Array.isArray(variants)) continue;
    const real = (variants as readonly Json[]).filter((one) => !(isJsonObject(one) && one.type === 'null'));
    // Nullable is one real variant beside null; anything wider has no single type to offer.
    if (real.length === 1 || key === 'allOf') return { ...resolve(real[0], root, hops + 1), ...without(node, key) };
  }
  return node;
}

function without(node: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(node).filter(([name]) => name !== key)) as JsonObject;
}

function describe(node: JsonObject, path: string, required: boolean, depth: number): PathOption {
  const types = (Array.isArray(node.type) ? (node.type as readonly Json[]) : [node.type]).filter((type) => type !== 'null');
  const type = types.length === 1 && typeof types[0] === 'string' ? types[0] : null;
  const choices = Array.isArray(node.enum) ? (node.enum as readonly Json[]) : node.const === undefined ? null : [node.const as Json];
  const format = typeof node.format === 'string' ? node.format : '';
  const item = isJsonObject(node.items) && typeof node.items.type === 'string' ? ` of ${node.items.type}` : '';
  return {
    path,
    kind: choices !== null ? 'enum' : kindOf(type, format, path),
    type: type === 'array' ? `list${item}` : (type ?? (choices === null ? 'untyped' : 'choice')),
    required,
    description: typeof node.description === 'string' ? node.description : null,
    choices,
    minimum: typeof node.minimum === 'number' ? node.minimum : null,
    maximum: typeof node.maximum === 'number' ? node.maximum : null,
    integer: type === 'integer',
    depth,
  };
}

function kindOf(type: string | null, format: string, path: string): ArgumentKind {
  if (type === 'boolean' || type === 'array' || type === 'object') return type;
  if (type === 'number' || type === 'integer') return 'number';
  if (type !== 'string') return 'unknown';
  if (format === 'date-time') return 'time';
  if (format === 'uri' || format === 'url' || format === 'iri') return 'uri';
  if (format === 'ipv4' || format === 'ipv6') return 'address';
  const key = /([^.[\]"]+)[\]"]*$/.exec(path)?.[1]?.toLowerCase() ?? '';
  if (/^(url|uri|href|webhook|endpoint)$|_(url|uri)$/.test(key)) return 'uri';
  if (/^(ip|ip_address|cidr)$|_ip$/.test(key)) return 'address';
  if (/^(path|file|filepath|filename|dir|directory|folder)$|_(path|file|dir)$/.test(key)) return 'file';
  return 'string';
}

const CONTEXT_KINDS: Readonly<Record<string, Partial<PathOption>>> = {
  'tool.risk': { kind: 'enum', choices: ['low', 'medium', 'high', 'critical'], description: 'Risk of the tool, as classified' },
  'tool.category': { kind: 'enum', choices: ['read', 'write', 'execute', 'destructive', 'financial'], description: 'What the tool does' },
  'tool.name': { description: 'Name of the tool' },
  'agent.name': { description: 'Name of the calling agent' },
  'agent.owner': { description: 'Who answers for the agent' },
  'agent.environment': { description: 'Environment of the agent, for example production' },
  'agent.labels': { kind: 'object', type: 'object', description: 'Labels of the agent; go on with .team or another label' },
  'grant.scopes': { kind: 'array', type: 'list of string', description: 'Scopes of the grant' },
  'grant.purpose': { description: 'Purpose written on the grant' },
  'client.name': { description: 'Name that the client announced' },
  'client.version': { description: 'Version that the client announced' },
  'time.hour': { kind: 'number', type: 'integer', integer: true, minimum: 0, maximum: 23, description: 'Hour of the call, 0 to 23' },
  'time.weekday': {
    kind: 'enum',
    type: 'integer',
    choices: [1, 2, 3, 4, 5, 6, 7],
    description: 'Day of the call: 1 is Monday, 7 is Sunday',
  },
  'time.iso': { kind: 'time', description: 'Time of the call' },
  'server.slug': { description: 'Short name of the server' },
};

/** What else a rule can look at: agent, grant, client, time, tool and server. */
export const CONTEXT_PATHS: readonly PathOption[] = Object.entries(ROOT_FIELDS).flatMap(([root, fields]) =>
  Object.keys(fields).map((field) => ({
    path: `${root}.${field}`,
    kind: 'string',
    type: 'string',
    required: true,
    description: null,
    choices: null,
    minimum: null,
    maximum: null,
    integer: false,
    depth: 1,
    ...CONTEXT_KINDS[`${root}.${field}`],
  })),
);

/** What is known about a path that a rule names; an option of kind `unknown` for one that nobody declares. */
export function optionFor(path: string | null, declared: readonly PathOption[]): PathOption {
  const found = declared.find((option) => option.path === path) ?? CONTEXT_PATHS.find((option) => option.path === path);
  if (found !== undefined) return found;
  // An element of a list: `args.items[*]`, `args.items[0]`.
  const list = /^(.*)\[(?:\*|\d+)\]$/.exec(path ?? '');
  const of = list === null ? undefined : declared.find((option) => option.path === list[1])?.type;
  const kind = of === 'list of string' ? 'string' : of === 'list of number' || of === 'list of integer' ? 'number' : 'unknown';
  return {
    path: path ?? '',
    kind: path?.startsWith('agent.labels.') ? 'string' : kind,
    type: 'untyped',
    required: false,
    description: null,
    choices: null,
    minimum: null,
    maximum: null,
    integer: false,
    depth: 1,
  };
}
