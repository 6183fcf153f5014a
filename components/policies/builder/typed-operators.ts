import type { Json } from '@/lib/kernel/json';
import { OPERATOR_WORDS } from '@/lib/policy/explain/words';
import { weekdayNumber } from '@/lib/policy/local-time';
import { OPERATORS } from '@/lib/policy/operators/registry';
import type { ArgumentKind, PathOption } from './argument-paths';
import { valueMistake } from './check-value';

/** How a value is edited. */
export type ValueKind =
  | 'none'
  | 'choice'
  | 'choices'
  | 'boolean'
  | 'number'
  | 'text'
  | 'texts'
  | 'time'
  | 'regex'
  | 'glob'
  | 'networks'
  | 'hosts'
  | 'folder'
  | 'type'
  | 'count'
  | 'keys'
  | 'schema'
  | 'json';

/** One entry of the operator menu: words for people, the engine's operator, and the value it brings or asks for. */
export interface OperatorChoice {
  readonly id: string;
  readonly words: string;
  readonly op: string;
  readonly value: ValueKind;
  /** The whole value of choices such as `is true`. */
  readonly preset?: Json;
}

/** `words` only where the type allows better ones than the operator's own. */
const choice = (op: string, value: ValueKind, words = OPERATOR_WORDS[op] ?? op, preset?: Json): OperatorChoice => ({
  id: preset === undefined ? op : `${op}:${String(preset)}`,
  words,
  op,
  value,
  ...(preset === undefined ? {} : { preset }),
});

const PRESENT = choice('exists', 'none', 'is present', true);
const MISSING = choice('exists', 'none', 'is missing', false);
const IS_TRUE = choice('eq', 'none', 'is true', true);
const IS_FALSE = choice('eq', 'none', 'is false', false);

const ENUM = [choice('eq', 'choice'), choice('neq', 'choice'), choice('in', 'choices'), choice('not_in', 'choices')];
const NUMBER = [
  choice('eq', 'number'),
  choice('neq', 'number'),
  choice('lt', 'number'),
  choice('lte', 'number'),
  choice('gt', 'number'),
  choice('gte', 'number'),
  choice('in', 'json'),
  choice('not_in', 'json'),
];
const TEXT = [
  choice('eq', 'text'),
  choice('neq', 'text'),
  choice('in', 'texts'),
  choice('not_in', 'texts'),
  choice('contains', 'text'),
  choice('starts_with', 'text'),
  choice('ends_with', 'text'),
  choice('glob', 'glob'),
  choice('regex', 'regex'),
  choice('length_lte', 'count'),
  choice('length_gte', 'count'),
];
const TIME = [
  choice('lt', 'time', 'is before'),
  choice('gte', 'time', 'is at or after'),
  choice('gt', 'time', 'is after'),
  choice('lte', 'time', 'is at or before'),
];
const OBJECT = [choice('keys_in', 'keys'), choice('length_lte', 'count'), choice('length_gte', 'count')];
const SCHEMA = [
  choice('matches_schema', 'none', 'is valid by its own schema', true),
  choice('matches_schema', 'schema', 'is valid by a schema'),
];

const BY_KIND: Readonly<Record<ArgumentKind, readonly OperatorChoice[]>> = {
  enum: ENUM,
  boolean: [IS_TRUE, IS_FALSE],
  number: NUMBER,
  string: TEXT,
  time: [...TIME, choice('eq', 'time')],
  uri: [choice('host_in', 'hosts'), ...TEXT],
  address: [choice('cidr', 'networks'), ...TEXT],
  file: [choice('path_within', 'folder'), ...TEXT],
  array: [choice('contains', 'text'), choice('length_lte', 'count'), choice('length_gte', 'count')],
  object: [...OBJECT, ...SCHEMA],
  unknown: [choice('eq', 'json'), choice('neq', 'json'), choice('in', 'json')],
};

/** Every operator with words that hold whatever the type; what a typed menu does not offer is offered below it. */
const ANY: readonly OperatorChoice[] = [
  choice('eq', 'json'),
  choice('neq', 'json'),
  choice('in', 'json'),
  choice('not_in', 'json'),
  choice('lt', 'json'),
  choice('lte', 'json'),
  choice('gt', 'json'),
  choice('gte', 'json'),
  choice('contains', 'json'),
  choice('starts_with', 'text'),
  choice('ends_with', 'text'),
  choice('glob', 'glob'),
  choice('regex', 'regex'),
  PRESENT,
  MISSING,
  choice('type', 'type'),
  choice('length_lte', 'count'),
  choice('length_gte', 'count'),
  ...OBJECT.slice(0, 1),
  ...SCHEMA,
  choice('cidr', 'networks'),
  choice('host_in', 'hosts'),
  choice('path_within', 'folder'),
];

export interface OperatorMenu {
  /** Fit the argument's type. */
  readonly fitting: readonly OperatorChoice[];
  /** Everything else that the language has. */
  readonly others: readonly OperatorChoice[];
}

export function operatorMenu(option: PathOption): OperatorMenu {
  const fitting = option.path === 'args' ? SCHEMA : [...BY_KIND[option.kind], PRESENT, MISSING];
  const offered = new Set(fitting.map((entry) => entry.id));
  // A weekday is a number that may be written by name: what takes any other text can never be written there.
  const others = ANY.filter(
    (entry) => !offered.has(entry.id) && (option.path !== 'time.weekday' || isTaken(entry.op, valueOrPreset(entry, option), option)),
  );
  // An operator that the engine has and this table does not is offered by its own name rather than lost.
  const known = new Set([...fitting, ...ANY].map((entry) => entry.op));
  for (const { name } of OPERATORS.values()) if (!known.has(name)) others.push(choice(name, 'json'));
  return { fitting, others };
}

/** The menu's entry for a condition as it is written: with odd values the entry that edits them as JSON. */
export function currentChoice(op: string | null, value: Json | undefined, option: PathOption): OperatorChoice | null {
  if (op === null) return null;
  const { fitting, others } = operatorMenu(option);
  const all = [...fitting, ...others].filter((entry) => entry.op === op);
  const preset = all.find((entry) => entry.preset !== undefined && entry.preset === value);
  if (preset !== undefined) return preset;
  const fits = all.find((entry) => entry.preset === undefined && value !== undefined && fitsKind(value, entry.value));
  if (fits !== undefined) return fits;
  const words = ANY.find((entry) => entry.op === op && entry.preset === undefined)?.words ?? all[0]?.words ?? op;
  return { id: op, words, op, value: 'json' };
}

/** Whether a value can be edited by the editor of a kind without losing anything. */
export function fitsKind(value: Json, kind: ValueKind): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number';
    case 'count':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0;
    case 'text':
    case 'regex':
    case 'glob':
    case 'folder':
    case 'type':
    case 'time':
      return typeof value === 'string';
    case 'texts':
    case 'networks':
    case 'hosts':
    case 'keys':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'choice':
      return typeof value !== 'object' || value === null;
    case 'choices':
      return Array.isArray(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'schema':
    case 'json':
      return true;
    case 'none':
      return false;
  }
}

/**
 * The value that a condition gets with a newly chosen operator: the old one where editor and engine take it, else wrapped into a
 * list or unwrapped, else a first one that says something.
 */
export function valueFor(entry: OperatorChoice, before: Json | undefined, option: PathOption): Json {
  if (entry.preset !== undefined) return entry.preset;
  const single = Array.isArray(before) && before.length > 0 ? (before[0] as Json) : before;
  const candidates = [before, single, ...(single === undefined ? [] : [[single]])];
  const kept = candidates.find(
    (value) => value !== undefined && says(value, entry.value) && fitsKind(value, entry.value) && isTaken(entry.op, value, option),
  );
  return kept ?? defaultValue(entry, option);
}

/** Weekdays may be written by name, which the engine reads as numbers before the operator sees them. */
function isTaken(op: string, value: Json, option: PathOption): boolean {
  const items: readonly Json[] = Array.isArray(value) ? value : [value];
  if (option.path === 'time.weekday' && items.some((item) => typeof item === 'string' && weekdayNumber(item) === null)) return false;
  return valueMistake(op, value) === null;
}

/** An empty text or list, or what `is true` leaves behind, is nothing that was chosen. */
function says(value: Json, kind: ValueKind): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => says(item as Json, kind));
  return typeof value !== 'boolean' && (value !== '' || kind === 'text');
}

function valueOrPreset(entry: OperatorChoice, option: PathOption): Json {
  return entry.preset ?? defaultValue(entry, option);
}

function defaultValue(entry: OperatorChoice, option: PathOption): Json {
  switch (entry.value) {
    case 'choice':
      return option.choices?.[0] ?? '';
    case 'choices':
      return option.choices?.slice(0, 1) ?? [];
    case 'networks':
      return ['10.0.0.0/8'];
    case 'hosts':
      return ['example.com'];
    case 'texts':
    case 'keys':
      return [];
    case 'number':
      return option.maximum ?? option.minimum ?? 0;
    case 'count':
      return 10;
    case 'time':
      return '2030-01-01T00:00:00Z';
    case 'glob':
      return '*';
    case 'regex':
      return '.*';
    case 'folder':
      return '/';
    case 'type':
      return 'string';
    case 'schema':
      return { type: 'object' };
    case 'boolean':
      return true;
    case 'json':
      if (/^(not_)?in$/.test(entry.op)) return [];
      return option.kind === 'number' || /^(lt|gt)e?$/.test(entry.op) ? 0 : '';
    default:
      return '';
  }
}
