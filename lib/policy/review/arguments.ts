import type { CatalogueTool } from '@/lib/domain/decision';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { nearest } from '../nearest';
import { isPathMistake, parsePath, type Segment } from '../path';
import { conditionsOf } from './places';
import type { PlacedBlock, Review } from './review-context';

/**
 * Arguments that the tool's schema does not have, and tests on optional ones: in this language a missing value fails a
 * `require` and fulfils a `deny_if`, so that leaving the argument out gets every such call refused.
 */
export function reviewArguments(review: Review): void {
  for (const placed of review.blocks) {
    const [tool] = placed.tools;
    if (tool === undefined || placed.tools.length !== 1 || placed.owner === 'all_tools') continue;
    for (const { path, pointer } of argumentPaths(review, placed)) reviewPath(review, tool, path, pointer);
    reviewOptional(review, placed, tool);
  }
}

function argumentPaths(review: Review, placed: PlacedBlock): { path: string; pointer: string }[] {
  const paths = conditionsOf(placed, review.isGrouped).map(({ condition, pointer }) => ({
    path: condition.path,
    pointer: `${pointer}/path`,
  }));
  for (const [i, limit] of placed.block.limits.entries()) {
    const pointer = `${placed.pointer}/limits/${i}`;
    if (limit.increment_from !== null) paths.push({ path: limit.increment_from, pointer: `${pointer}/increment_from` });
    if (limit.scope.startsWith('args')) paths.push({ path: limit.scope, pointer: `${pointer}/scope` });
  }
  return paths;
}

function reviewPath(review: Review, tool: CatalogueTool, text: string, pointer: string): void {
  const path = parsePath(text);
  if (isPathMistake(path) || path.root !== 'args') return;
  let schema: Json | undefined = tool.inputSchema ?? undefined;
  for (const segment of path.segments) {
    const known: JsonObject | null = closedProperties(schema);
    if (segment.kind === 'key' && known !== null && !Object.hasOwn(known, segment.key)) {
      const match = nearest(segment.key, Object.keys(known));
      review.say(
        'warning',
        'argument.unknown',
        pointer,
        `${tool.name} declares no argument \`${segment.key}\`.`,
        match === null ? `it has ${Object.keys(known).join(', ') || 'none'}` : `did you mean \`${match}\`?`,
      );
      return;
    }
    schema = childSchema(schema, segment);
  }
}

/** The declared properties, where nothing else is said to be welcome. */
function closedProperties(schema: Json | undefined): JsonObject | null {
  if (!isJsonObject(schema) || !isJsonObject(schema.properties)) return null;
  const open = schema.additionalProperties !== undefined && schema.additionalProperties !== false;
  return open || ['allOf', 'anyOf', 'oneOf', '$ref', 'patternProperties'].some((key) => Object.hasOwn(schema, key))
    ? null
    : schema.properties;
}

function childSchema(schema: Json | undefined, segment: Segment): Json | undefined {
  if (!isJsonObject(schema)) return undefined;
  if (segment.kind !== 'key') return schema.items;
  return isJsonObject(schema.properties) && Object.hasOwn(schema.properties, segment.key) ? schema.properties[segment.key] : undefined;
}

function reviewOptional(review: Review, placed: PlacedBlock, tool: CatalogueTool): void {
  const properties = closedProperties(tool.inputSchema ?? undefined);
  if (properties === null) return;
  const required = Array.isArray(tool.inputSchema?.required) ? (tool.inputSchema.required as readonly Json[]) : [];
  const conditions = conditionsOf(placed, review.isGrouped);
  const tested = new Set(conditions.filter(({ condition }) => condition.op === 'exists').map(({ condition }) => condition.path));
  const said = new Set<string>();
  for (const { condition, pointer, stage, alone } of conditions) {
    const key = /^args\.([^.[\]]+)/.exec(condition.path)?.[1];
    if (
      key === undefined ||
      !Object.hasOwn(properties, key) ||
      required.includes(key) ||
      tested.has(`args.${key}`) ||
      condition.op === 'exists'
    )
      continue;
    if (stage === 'deny_if' && !alone) continue;
    if (said.has(`${stage} ${key}`)) continue;
    said.add(`${stage} ${key}`);
    const effect = stage === 'approval' ? 'a call without it asks a person' : 'a call without it is denied';
    const fix =
      stage === 'deny_if'
        ? `to let such calls pass, write { "conditions": [{ "path": "args.${key}", "op": "exists", "value": true }, …] }`
        : 'if that is meant, say so with an `exists` rule';
    review.say('info', 'argument.optional', `${pointer}/path`, `\`${key}\` is optional: ${effect}.`, fix);
  }
}
