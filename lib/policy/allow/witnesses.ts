import type { TraceStep } from '@/lib/domain/decision';
import type { Json, JsonObject } from '@/lib/kernel/json';
import { isJsonObject } from '@/lib/kernel/json';
import { parseIsoTime } from '../iso-time';
import { argumentPlace } from './argument-place';

const ITEMS_MAX = 60;
const ORDER = new Set(['lt', 'lte', 'gt', 'gte']);

/** The numbers at which some condition on a place changes its mind. */
export function thresholds(steps: readonly TraceStep[], args: JsonObject): readonly number[] {
  const found = new Set<number>();
  for (const { op, expected } of steps) {
    const values =
      op !== undefined && ORDER.has(op)
        ? [boundOf(expected, args)]
        : op === 'eq' || op === 'neq'
          ? [expected]
          : Array.isArray(expected)
            ? expected
            : [];
    for (const value of values) if (typeof value === 'number') found.add(value);
  }
  return [...found].sort((a, b) => a - b).slice(0, ITEMS_MAX);
}

/** A bound may be another argument. */
function boundOf(expected: Json | undefined, args: JsonObject): Json | undefined {
  return typeof expected === 'string' && parseIsoTime(expected) === null ? argumentPlace(expected)?.read(args) : expected;
}

/** One number of each stretch between the thresholds, and the thresholds themselves. Whole where there is a whole one. */
export function numbersAround(points: readonly number[]): readonly number[] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const found: number[] = [first - 1];
  for (const [i, point] of points.entries()) {
    found.push(point);
    const next = points[i + 1];
    if (next !== undefined) found.push(between(point, next));
  }
  return [...found, last + 1];
}

function between(low: number, high: number): number {
  const whole = Math.floor(low) + 1;
  return whole < high ? whole : (low + high) / 2;
}

/** Values that some condition on a place asks for by name. */
export function namedValues(steps: readonly TraceStep[], schema: JsonObject | null): readonly Json[] {
  const found: Json[] = [];
  for (const { op, expected } of steps) {
    if ((op === 'in' || op === 'not_in') && Array.isArray(expected)) found.push(...(expected as readonly Json[]));
    if ((op === 'eq' || op === 'neq') && expected !== undefined) found.push(expected);
  }
  if (Array.isArray(schema?.enum)) found.push(...(schema.enum as readonly Json[]));
  return found.slice(0, ITEMS_MAX);
}

/** A value that might satisfy a condition, or break it; the engine has the last word. undefined takes the value away. */
export function guesses(step: TraceStep, actual: Json | undefined, schema: JsonObject | null): readonly (Json | undefined)[] {
  const { op, expected } = step;
  if (op === 'exists') return [sampleOf(schema), undefined];
  if (op === 'type') return [SAMPLES[String(expected)]];
  if (op === 'length_lte' && typeof expected === 'number') return [resized(actual, expected), resized(actual, expected + 1)];
  if (op === 'length_gte' && typeof expected === 'number') return [resized(actual, expected), resized(actual, Math.max(0, expected - 1))];
  if (op === 'keys_in' && Array.isArray(expected) && isJsonObject(actual))
    return [Object.fromEntries(Object.entries(actual).filter(([key]) => expected.includes(key)))];
  if (op === 'host_in' && Array.isArray(expected))
    return [...expected.map((host) => `https://${String(host).replace(/^\*\./, 'www.')}/`), 'https://host.invalid/'];
  if (op === 'cidr' && Array.isArray(expected)) return [...expected.map((network) => String(network).split('/')[0] ?? ''), '192.0.2.1'];
  if (op === 'path_within' && typeof expected === 'string') return [expected, `${expected.replace(/\/$/, '')}/file`, '/'];
  if (op === 'glob' && typeof expected === 'string') return [expected.replaceAll('*', ''), expected.replaceAll('*', 'a')];
  if (typeof expected === 'string' && ORDER.has(op ?? '') && parseIsoTime(expected) !== null) return timesAround(expected);
  if (typeof expected === 'string' && TEXT.has(op ?? '')) return [expected, otherThan(actual)];
  // Numbers around the bound are tried anyway.
  return typeof expected === 'number' || ORDER.has(op ?? '') ? [] : [otherThan(actual)];
}

const TEXT = new Set(['starts_with', 'ends_with', 'contains', 'eq']);
const SAMPLES: Readonly<Record<string, Json>> = { string: 'x', number: 1, integer: 1, boolean: true, array: [], object: {}, null: null };

function sampleOf(schema: JsonObject | null): Json {
  const first = Array.isArray(schema?.enum) ? (schema.enum as readonly Json[])[0] : undefined;
  if (first !== undefined) return first;
  const type = Array.isArray(schema?.type) ? schema.type[0] : schema?.type;
  return SAMPLES[String(type)] ?? 'x';
}

/** Something of the same kind that nobody named. */
function otherThan(actual: Json | undefined): Json {
  if (typeof actual === 'boolean') return !actual;
  if (typeof actual === 'number') return actual + 1;
  return typeof actual === 'string' ? 'something else' : 'x';
}

function resized(actual: Json | undefined, length: number): Json | undefined {
  if (length > 10_000) return undefined;
  if (Array.isArray(actual)) return Array.from({ length }, (_, i) => (actual as readonly Json[])[i] ?? 'x');
  if (typeof actual === 'string' || actual === undefined)
    return Array.from(actual ?? '')
      .slice(0, length)
      .join('')
      .padEnd(length, 'x');
  return actual;
}

function timesAround(time: string): readonly string[] {
  const at = parseIsoTime(time) ?? 0;
  return [time, ...[-86_400_000, 86_400_000].map((step) => new Date(at + step).toISOString())];
}
