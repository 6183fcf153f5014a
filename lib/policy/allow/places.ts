import type { Decision, TraceStep } from '@/lib/domain/decision';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { predicateWords } from '../explain/explain-condition';
import { pathWords } from '../explain/path-words';
import { valueWords } from '../explain/value-words';
import { listWords, numberWords, OPERATOR_WORDS, OPPOSITE_WORDS } from '../explain/words';
import { deepEqual } from '../operators/equality';
import { isPathMistake, parsePath } from '../path';
import { type ArgumentPlace, argumentPlace } from './argument-place';
import { guesses, namedValues, numbersAround, thresholds } from './witnesses';

/** What is known of one place in the arguments: who looks at it, and which values are worth trying there. */
export interface PlaceFacts {
  readonly place: ArgumentPlace;
  readonly steps: readonly TraceStep[];
  readonly points: readonly number[];
  readonly named: readonly Json[];
  readonly candidates: readonly (Json | undefined)[];
}

/** `extra` are numbers that matter besides those in conditions, such as what a limit has left. */
export function placeFacts(
  path: string,
  decision: Decision,
  args: JsonObject,
  schema: JsonObject | null,
  extra: readonly number[],
): PlaceFacts | null {
  const place = argumentPlace(path);
  if (place === null) return null;
  const steps = decision.trace.filter((step) => step.path === path && step.op !== undefined && step.tool === decision.tools[0]);
  const points = [...new Set([...thresholds(steps, args), ...extra])].sort((a, b) => a - b);
  const declared = schemaAt(schema, path);
  const named = namedValues(steps, declared);
  const actual = place.read(args);
  const tried = [...numbersAround(points), ...named, ...steps.flatMap((step) => guesses(step, actual, declared))];
  const candidates = tried.filter(
    (value, i) => tried.findIndex((other) => other === value || (other !== undefined && deepEqual(other, value))) === i,
  );
  return { place, steps, points, named, candidates };
}

/** The declared schema of an argument, as far as plain properties and items lead. */
function schemaAt(schema: JsonObject | null, text: string): JsonObject | null {
  const path = parsePath(text);
  let found: JsonObject | null = schema;
  if (isPathMistake(path)) return null;
  for (const segment of path.segments) {
    const next: Json | undefined =
      segment.kind === 'key' ? (isJsonObject(found?.properties) ? found.properties[segment.key] : undefined) : found?.items;
    found = isJsonObject(next) ? next : null;
  }
  return found;
}

/**
 * What may stand at a place, in words: the stretch of numbers around a value that was tried, the named values that work, or
 * the condition that the value meets. `works` asks the engine.
 */
export function placeWords(facts: PlaceFacts, value: Json | undefined, before: Json | undefined, works: (value: Json) => boolean): string {
  const name = pathWords(facts.place.path, 'every');
  if (value === undefined) return `leave out ${name}`;
  if (typeof value === 'number' && facts.points.length > 0) return stretchWords(name, facts.points, value, works);
  const named = facts.named.filter((one) => typeof one !== 'number').filter(works);
  if (named.some((one) => deepEqual(one, value)))
    return `${name} is ${listWords(
      named.map((one) => valueWords(one)),
      'or',
    )}`;
  const asked =
    facts.steps.find((step) => step.stage === 'require' && step.op !== 'exists') ?? facts.steps.find((step) => step.op !== 'exists');
  if (asked !== undefined) return askedWords(name, asked);
  return before === undefined ? `give ${name}` : `${name} is not null`;
}

function askedWords(name: string, step: TraceStep): string {
  const op = step.op ?? '';
  const says = predicateWords(op, step.expected);
  if (step.stage === 'require') return `${name} ${says}`;
  const [usual, opposite] = [OPERATOR_WORDS[op] ?? '', OPPOSITE_WORDS[op]];
  return opposite !== undefined && says.startsWith(usual)
    ? `${name} ${opposite}${says.slice(usual.length)}`
    : `${name} is not what ${says}`;
}

/** `amount ≤ 100`, `100 < amount ≤ 500`, `amount = 5`: as far as the engine gives the same answer on both sides of the value. */
function stretchWords(name: string, points: readonly number[], value: number, works: (value: number) => boolean): string {
  const around = numbersAround(points);
  const at = around.indexOf(value);
  let low = at;
  let high = at;
  while (low > 0 && works(around[low - 1] as number)) low -= 1;
  while (high < around.length - 1 && works(around[high + 1] as number)) high += 1;
  if (at < 0) return `${name} is ${numberWords(value)}`;
  // Odd places are the thresholds; an even place stands for all numbers between its neighbours.
  const from =
    low === 0 ? null : low % 2 === 1 ? `${numberWords(around[low] as number)} ≤ ` : `${numberWords(around[low - 1] as number)} < `;
  const to =
    high === around.length - 1
      ? null
      : high % 2 === 1
        ? ` ≤ ${numberWords(around[high] as number)}`
        : ` < ${numberWords(around[high + 1] as number)}`;
  if (low === high && low % 2 === 1) return `${name} = ${numberWords(value)}`;
  if (from !== null && to === null) return from.endsWith('≤ ') ? `${name} ≥ ${from.slice(0, -3)}` : `${name} > ${from.slice(0, -3)}`;
  if (from === null && to === null) return `${name} is a number`;
  return `${from ?? ''}${name}${to ?? ''}`;
}
