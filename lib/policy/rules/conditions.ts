import type { Json } from '@/lib/kernel/json';
import type { Condition, ConditionRule, Mode } from '../document';
import { isTimezone, WEEKDAYS, weekdayNumber } from '../local-time';
import { didYouMean } from '../nearest';
import { isMistake, type OperatorContext } from '../operators/operator';
import { OPERATORS } from '../operators/registry';
import { plainValue } from '../parse';
import { isPathMistake, type Path, parsePath } from '../path';
import type { ProblemList } from '../problem';
import { compileReader } from '../read-path';
import { ObjectReader, type Place, readText } from '../reader';

/** Reads the rules of `require` or `deny_if`: each a condition, or conditions that hold together. */
export function readConditionRules(reader: ObjectReader, key: 'require' | 'deny_if'): ConditionRule[] {
  const rules: ConditionRule[] = [];
  for (const place of reader.items(key)) {
    const grouped = place.node.kind === 'object' && place.node.members.some((member) => member.key === 'conditions');
    const rule = ObjectReader.open(grouped ? 'rule' : 'condition', place, reader.list);
    if (rule === null) continue;
    const conditions = grouped ? readConditions(rule, 'conditions') : [readCondition(rule)].filter((condition) => condition !== null);
    rules.push({ name: rule.text('name', 200), on_deny: rule.text('on_deny'), mode: rule.word<Mode>('mode'), conditions });
  }
  return rules;
}

/** Reads a plain list of conditions, where names and sentences of their own would never be shown. */
export function readConditions(reader: ObjectReader, key: 'conditions' | 'when'): Condition[] {
  const conditions: Condition[] = [];
  for (const place of reader.items(key)) {
    const condition = ObjectReader.open('condition', place, reader.list);
    if (condition === null) continue;
    for (const own of ['on_deny', 'name', 'mode']) {
      const found = condition.get(own);
      if (found !== undefined)
        reader.list.error(
          'key.misplaced',
          found.node,
          found.pointer,
          `\`${own}\` belongs to the whole rule, not to one of its conditions.`,
          key === 'when' ? 'remove it' : `move it beside \`${key}\``,
        );
    }
    const read = readCondition(condition);
    if (read !== null) conditions.push(read);
  }
  return conditions;
}

function readCondition(reader: ObjectReader): Condition | null {
  const { list } = reader;
  const path = readPath(list, reader.get('path'));
  const timezone = readTimezone(list, reader.get('timezone'));
  const op = reader.text('op');
  const opPlace = reader.get('op');
  const operator = op === null ? undefined : OPERATORS.get(op);
  if (op !== null && operator === undefined && opPlace !== undefined) {
    list.error(
      'op.unknown',
      opPlace.node,
      opPlace.pointer,
      `"${op.slice(0, 60)}" is not an operator.`,
      didYouMean(op, OPERATORS.keys()) ?? `one of ${[...OPERATORS.keys()].join(', ')}`,
    );
  }
  const place = reader.get('value');
  if (operator === undefined || place === undefined || place.node.kind === 'invalid') return null;
  const value = path === null ? plainValue(place.node) : weekdayValue(list, path, place);
  const built = operator.build(value, operatorContext(timezone ?? 'UTC'));
  if (isMistake(built)) {
    list.error('value.wrong', place.node, place.pointer, built.mistake, built.hint);
    return null;
  }
  return path === null ? null : { path: path.text, op: operator.name, value, timezone };
}

/** How operators compile a path on their right-hand side; wildcards there would make `lt` mean two things. */
export function operatorContext(timezone: string): OperatorContext {
  return {
    readerOf: (text) => {
      const path = parsePath(text);
      if (isPathMistake(path)) return path;
      if (path.every || path.deep) return { mistake: 'The other side must be one value: no `[*]` and no `**`.' };
      return compileReader(path, timezone);
    },
  };
}

/** A path that a condition may look at. */
export function readPath(list: ProblemList, place: Place | undefined): Path | null {
  const text = place === undefined ? null : readText(list, place);
  if (text === null || place === undefined) return null;
  const path = parsePath(text);
  if (isPathMistake(path)) {
    list.error('path.wrong', place.node, place.pointer, path.mistake, path.hint);
    return null;
  }
  if (path.deep) {
    list.error('path.wrong', place.node, place.pointer, '`**` is for `redact` only.', 'name the place, or every element with `[*]`');
    return null;
  }
  return path;
}

export function readTimezone(list: ProblemList, place: Place | undefined): string | null {
  const name = place === undefined ? null : readText(list, place);
  if (name === null || place === undefined || isTimezone(name)) return name;
  list.error(
    'timezone.unknown',
    place.node,
    place.pointer,
    `"${name.slice(0, 60)}" is not an IANA time zone.`,
    'for example "Europe/Oslo"',
  );
  return null;
}

/** Weekdays may be written by name; the engine compares ISO numbers. */
function weekdayValue(list: ProblemList, path: Path, place: Place): Json {
  const value = plainValue(place.node);
  if (path.text !== 'time.weekday') return value;
  const convert = (item: Json): Json => {
    if (typeof item !== 'string' || item.includes('.')) return item;
    const day = weekdayNumber(item);
    if (day === null)
      list.error(
        'value.wrong',
        place.node,
        place.pointer,
        `"${item.slice(0, 40)}" is not a weekday.`,
        `1 (Monday) to 7, or ${WEEKDAYS.join(', ')}`,
      );
    return day ?? item;
  };
  return Array.isArray(value) ? value.map((item) => convert(item as Json)) : convert(value);
}
