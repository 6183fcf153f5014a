import type { CatalogueTool } from '@/lib/domain/decision';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import type { Segment } from '../path';

/** The declared properties, where nothing else is said to be welcome. */
export function closedProperties(schema: Json | undefined): JsonObject | null {
  if (!isJsonObject(schema) || !isJsonObject(schema.properties)) return null;
  const open = schema.additionalProperties !== undefined && schema.additionalProperties !== false;
  return open || ['allOf', 'anyOf', 'oneOf', '$ref', 'patternProperties'].some((key) => Object.hasOwn(schema, key))
    ? null
    : schema.properties;
}

/** What a schema says of one step further in; undefined where it says nothing. */
export function childSchema(schema: Json | undefined, segment: Segment): Json | undefined {
  if (!isJsonObject(schema)) return undefined;
  if (segment.kind !== 'key') return schema.items;
  return isJsonObject(schema.properties) && Object.hasOwn(schema.properties, segment.key) ? schema.properties[segment.key] : undefined;
}

/** What a tool's input schema says of the argument that a path leads to. */
export function argumentSchema(tool: CatalogueTool, segments: readonly Segment[]): JsonObject | null {
  let schema: Json | undefined = tool.inputSchema ?? undefined;
  for (const segment of segments) schema = childSchema(schema, segment);
  return isJsonObject(schema) ? schema : null;
}
