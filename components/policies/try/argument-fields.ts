import { isJsonObject, type Json, type JsonObject } from '@/lib/kernel/json';

/** One argument as a form shows it, read from the tool's own input schema. */
export interface ArgumentField {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'lines' | 'group' | 'json';
  readonly required: boolean;
  readonly about: string | null;
  /** Of `choice`. */
  readonly choices: readonly Json[];
  /** Of `group`. */
  readonly fields: readonly ArgumentField[];
  /** `integer`, `array of string` … */
  readonly type: string;
}

const DEPTH_MAX = 3;
const FIELDS_MAX = 80;

/** The arguments that a schema lists, required ones first. A schema that lists none gives no fields: such arguments are written as JSON. */
export function argumentFields(schema: Json | null | undefined, depth = 0): readonly ArgumentField[] {
  if (!isJsonObject(schema) || !isJsonObject(schema.properties)) return [];
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const fields = Object.entries(schema.properties)
    .slice(0, FIELDS_MAX)
    .map(([name, inner]) => fieldOf(name, inner, required.has(name), depth));
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
}

function fieldOf(name: string, schema: Json | undefined, required: boolean, depth: number): ArgumentField {
  const node: JsonObject = isJsonObject(schema) ? schema : {};
  const about = typeof node.description === 'string' ? node.description : null;
  const base = { name, required, about, choices: [], fields: [] };
  const types = Array.isArray(node.type) ? node.type.filter((type) => type !== 'null') : [node.type];
  const type = types.length === 1 && typeof types[0] === 'string' ? types[0] : null;
  if (Array.isArray(node.enum) && node.enum.length > 0) return { ...base, kind: 'choice', choices: node.enum, type: 'one of' };
  if (node.const !== undefined) return { ...base, kind: 'choice', choices: [node.const], type: 'one of' };
  if (type === 'string') return { ...base, kind: 'text', type };
  if (type === 'number' || type === 'integer') return { ...base, kind: 'number', type };
  if (type === 'boolean') return { ...base, kind: 'boolean', type };
  if (type === 'array' && isJsonObject(node.items) && node.items.type === 'string' && node.items.enum === undefined)
    return { ...base, kind: 'lines', type: 'list of texts' };
  if (type === 'object' && depth < DEPTH_MAX) {
    const fields = argumentFields(node, depth + 1);
    if (fields.length > 0) return { ...base, kind: 'group', fields, type };
  }
  return { ...base, kind: 'json', type: type ?? 'any' };
}

/** The arguments with one of them set, or left out for undefined. */
export function withArgument(args: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined) return args;
  const before = Object.hasOwn(args, name) ? args[name] : undefined;
  const next = rest.length === 0 ? value : withArgument(isJsonObject(before) ? before : {}, rest, value);
  const others = Object.entries(args).filter(([key]) => key !== name);
  if (next === undefined) return Object.fromEntries(others);
  const at = Object.keys(args).indexOf(name);
  const entries = [...others];
  entries.splice(at < 0 ? entries.length : at, 0, [name, next]);
  return Object.fromEntries(entries);
}

/** Names that the form does not show because the schema does not list them. */
export function undeclaredNames(args: JsonObject, fields: readonly ArgumentField[]): readonly string[] {
  const known = new Set(fields.map((field) => field.name));
  return Object.keys(args).filter((name) => !known.has(name));
}
