import { canonicalJson } from '@/lib/kernel/canonical-json';
import type { Json } from '@/lib/kernel/json';
import { parseIsoTime } from '../../iso-time';
import { lengthOf } from '../../operators/shape';
import { EVERYTHING, type Interval, type Intervals, point, without } from './intervals';
import { ALL, type Measure, NONE, type Part, partsApart, partWithin } from './part';

/** What can stand at a path: nothing at all, or a value of one of JSON's types. */
export const KINDS = ['missing', 'null', 'boolean', 'number', 'string', 'array', 'object'] as const;
export type Kind = (typeof KINDS)[number];

/** A set of values, type by type. What is left out is empty. */
export type ValueSet = Readonly<Partial<Record<Kind, Part>>>;

export function kindOf(value: Json): Exclude<Kind, 'missing'> {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as Exclude<Kind, 'missing' | 'null' | 'array'>;
}

/** Exactly these values. */
export function only(values: readonly Json[]): ValueSet {
  const set: Partial<Record<Kind, Part>> = {};
  for (const kind of KINDS) {
    const members = values.filter((value) => kindOf(value) === kind);
    if (members.length === 0) continue;
    set[kind] =
      kind === 'number' ? numbers(points(members as readonly number[])) : { kind: 'only', values: new Set(members.map(canonicalJson)) };
  }
  return set;
}

/** Every value that is there but these. */
export function except(values: readonly Json[]): ValueSet {
  const set: Partial<Record<Kind, Part>> = {};
  for (const kind of KINDS) {
    if (kind === 'missing') continue;
    const members = values.filter((value) => kindOf(value) === kind);
    if (members.length === 0) set[kind] = ALL;
    else if (kind === 'number') set[kind] = numbers(without(members as readonly number[]));
    else if (kind !== 'null') set[kind] = { kind: 'except', values: new Set(members.map(canonicalJson)) };
  }
  return set;
}

export function numbers(intervals: Intervals): Part {
  return { kind: 'span', of: 'number', intervals };
}

function points(values: readonly number[]): Interval[] {
  return [...new Set(values)].sort((a, b) => a - b).map(point);
}

/** Whether every value of the first is surely in the second. */
export function isSubset(a: ValueSet, b: ValueSet): boolean {
  return KINDS.every((kind) => partWithin(whole(kind, a[kind]), whole(kind, b[kind]), measure));
}

/** Whether surely no value is in both. */
export function isDisjoint(a: ValueSet, b: ValueSet): boolean {
  return KINDS.every((kind) => partsApart(whole(kind, a[kind]), whole(kind, b[kind]), measure));
}

/** All numbers as a stretch, so that stretches compare with it. */
function whole(kind: Kind, part: Part | undefined): Part {
  if (part === undefined) return NONE;
  return kind === 'number' && part.kind === 'all' ? numbers(EVERYTHING) : part;
}

const measure: Measure = (of, canonical) => {
  const value = JSON.parse(canonical) as Json;
  if (of === 'number') return typeof value === 'number' ? value : undefined;
  if (of === 'time') return typeof value === 'string' ? (parseIsoTime(value) ?? undefined) : undefined;
  return lengthOf(value);
};
