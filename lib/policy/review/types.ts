import type { CatalogueTool } from '@/lib/domain/decision';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { nearest } from '../nearest';
import { isPathMistake, parsePath } from '../path';
import { argumentSchema } from './argument-schema';
import { removal, retesting, setting } from './fixes';
import type { PlacedCondition } from './places';
import type { PlannedFix, Review } from './review-context';

/** The JSON types that an operator can judge; of the others it cannot say anything, which counts against the call. */
const JUDGED: Readonly<Record<string, readonly string[]>> = {
  contains: ['string', 'array'],
  starts_with: ['string'],
  ends_with: ['string'],
  glob: ['string'],
  regex: ['string'],
  cidr: ['string'],
  host_in: ['string'],
  path_within: ['string'],
  length_lte: ['string', 'array', 'object'],
  length_gte: ['string', 'array', 'object'],
  keys_in: ['object'],
};
const ORDERS: readonly string[] = ['lt', 'lte', 'gt', 'gte'];

/** Tests that never fit what the tool's schema says of the argument: a text compared with a number, a value that no choice has. */
export function reviewTypes(review: Review): void {
  for (const placed of review.blocks) {
    const [tool] = placed.tools;
    if (tool === undefined || placed.tools.length !== 1 || placed.owner === 'all_tools') continue;
    for (const at of review.conditionsOf(placed)) reviewCondition(review, tool, at);
  }
}

function reviewCondition(review: Review, tool: CatalogueTool, at: PlacedCondition): void {
  const path = parsePath(at.condition.path);
  if (isPathMistake(path) || path.root !== 'args' || path.segments.length === 0) return;
  const schema = argumentSchema(tool, path.segments);
  const types = schema === null ? null : typesOf(schema);
  if (schema === null || types === null) return;
  const { op, value } = at.condition;
  const judged = judgedTypes(op, value);
  if (judged !== null && !types.some((type) => judged.includes(type))) {
    const consequence =
      at.stage === 'require' ? 'every call is denied' : at.stage === 'deny_if' ? 'it always holds' : 'a person is always asked';
    review.say({
      code: 'argument.type',
      pointer: `${at.pointer}/op`,
      message: `\`${op}\` cannot judge ${types.join(' or ')}, which ${tool.name} declares for \`${path.text}\`: ${consequence}.`,
      hint: 'use an operator for that type',
      fixes: [...typeFixes(at, types), removal('Remove it', at.alone && at.stage !== 'approval' ? at.rulePointer : at.pointer)],
    });
    return;
  }
  if (op === 'eq' || op === 'neq') reviewChoice(review, tool, at, schema, types, value, `${at.pointer}/value`);
  if ((op === 'in' || op === 'not_in') && Array.isArray(value))
    for (const [i, item] of value.entries()) reviewChoice(review, tool, at, schema, types, item as Json, `${at.pointer}/value/${i}`);
}

function judgedTypes(op: string, value: Json): readonly string[] | null {
  if (!ORDERS.includes(op)) return JUDGED[op] ?? null;
  if (typeof value === 'number') return ['number', 'integer'];
  return null;
}

/** A text with a number in it was probably meant as that number's text. */
function typeFixes(at: PlacedCondition, types: readonly string[]): PlannedFix[] {
  const { op, value } = at.condition;
  if (types.includes('string') && op === 'keys_in') return [retesting('Use in', at.pointer, 'in', value)];
  if ((types.includes('number') || types.includes('integer')) && (op === 'length_lte' || op === 'length_gte'))
    return [setting(`Use ${op.slice('length_'.length)}`, `${at.pointer}/op`, op.slice('length_'.length))];
  if (types.includes('string') && ORDERS.includes(op) && (op === 'lte' || op === 'gte'))
    return [setting('Compare its length', `${at.pointer}/op`, `length_${op}`)];
  return [];
}

function reviewChoice(
  review: Review,
  tool: CatalogueTool,
  at: PlacedCondition,
  schema: JsonObject,
  types: readonly string[],
  value: Json,
  pointer: string,
): void {
  const path = at.condition.path;
  const choices = Array.isArray(schema.enum) ? (schema.enum as readonly Json[]) : null;
  if (choices !== null && isScalar(value)) {
    if (choices.includes(value)) return;
    const texts = choices.filter((choice) => typeof choice === 'string');
    const match = typeof value === 'string' ? nearest(value, texts) : null;
    review.say({
      code: 'argument.choice',
      pointer,
      message: `${tool.name} takes no ${JSON.stringify(value)} for \`${path}\`.`,
      hint:
        match === null
          ? `it takes ${choices
              .slice(0, 12)
              .map((choice) => JSON.stringify(choice))
              .join(', ')}`
          : `did you mean "${match}"?`,
      fixes: match === null ? [] : [setting(`Change it to "${match}"`, pointer, match)],
    });
    return;
  }
  if (value === null || types.includes(typeName(value)) || (typeof value === 'number' && types.includes('integer'))) return;
  const converted = convert(value, types);
  review.say({
    code: 'argument.type',
    pointer,
    message: `\`${path}\` is ${types.join(' or ')} and never equal to this ${typeName(value)}: types are distinct here.`,
    hint: 'write the value in the type that the tool declares',
    fixes: converted === undefined ? [] : [setting(`Change it to ${JSON.stringify(converted)}`, pointer, converted)],
  });
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

function typeName(value: Json): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}

/** The same value in a type that the tool declares, where there is one. */
function convert(value: Json, types: readonly string[]): Json | undefined {
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  if (typeof value !== 'string') return undefined;
  const isNumber = types.includes('number') || types.includes('integer');
  if (isNumber && /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?$/.test(value)) return Number(value);
  return types.includes('boolean') && (value === 'true' || value === 'false') ? value === 'true' : undefined;
}

/** The JSON types that a schema declares; null where it does not say. */
function typesOf(schema: JsonObject): readonly string[] | null {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  return Array.isArray(type) && type.length > 0 && type.every((one) => typeof one === 'string') ? (type as readonly string[]) : null;
}
