import type { Json } from '@/lib/kernel/json';

interface Schema {
  type?: string | string[];
  enum?: Json[];
  const?: Json;
  default?: Json;
  examples?: Json[];
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
}

const DEPTH_MAX = 4;

/** Required arguments with a value of their type, to start from. Never more than the schema names. */
export function exampleArguments(schema: unknown, depth = 0): Json {
  const node = (schema ?? {}) as Schema;
  if (node.default !== undefined) return node.default;
  if (node.examples?.[0] !== undefined) return node.examples[0];
  if (node.const !== undefined) return node.const;
  if (node.enum?.[0] !== undefined) return node.enum[0];
  const type = Array.isArray(node.type) ? node.type[0] : node.type;
  if (type === 'string') return '';
  if (type === 'number' || type === 'integer') return node.minimum ?? 0;
  if (type === 'boolean') return false;
  if (type === 'array') return [];
  if (depth >= DEPTH_MAX || (type !== 'object' && depth > 0)) return depth === 0 ? {} : null;
  const entries = Object.entries(node.properties ?? {}).filter(([name]) => node.required?.includes(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, exampleArguments(inner, depth + 1)]));
}
