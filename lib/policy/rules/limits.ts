import type { LimitRule, Mode } from '../document';
import { durationSeconds, normalWindow, WINDOW_UNITS } from '../duration';
import { MANIFEST } from '../manifest';
import { didYouMean } from '../nearest';
import { isPathMistake, parsePath } from '../path';
import type { ProblemList } from '../problem';
import { ObjectReader, type Place, readText, wrongKind } from '../reader';

const RATE_TEXT = /^\s*([0-9]+)\s*\/\s*([A-Za-z0-9]+)\s*$/;
const WINDOW_HINT = `${WINDOW_UNITS.join(', ')}, or a length like "90s", "15m", "2h", "7d"`;

/** Reads `limits`. A limit with a mistake is left out of the result; its problems are on the list. */
export function readLimits(reader: ObjectReader): LimitRule[] {
  const limits: LimitRule[] = [];
  for (const place of reader.items('limits')) {
    const limit = ObjectReader.open('limit', place, reader.list);
    if (limit === null) continue;
    const read = readLimit(limit);
    if (read !== null) limits.push(read);
  }
  return limits;
}

function readLimit(reader: ObjectReader): LimitRule | null {
  const counter = reader.text('counter', 200);
  const max = reader.count('max');
  const align = reader.word<'calendar' | 'sliding'>('align') ?? 'calendar';
  const window = readWindow(reader, align);
  const increment = reader.count('increment');
  const incrementFrom = readArgumentPath(reader.list, reader.get('increment_from'), 'the amount');
  const both = reader.get('increment_from');
  if (reader.has('increment') && both !== undefined) {
    reader.list.error('limit.increment', both.node, both.pointer, 'A limit adds `increment` or `increment_from`, not both.', 'remove one');
  }
  const scope = readScope(reader);
  if (counter === null || max === null || window === null || scope === null) return null;
  return {
    counter,
    window,
    max,
    scope,
    align,
    increment: increment ?? 1,
    increment_from: incrementFrom,
    on_deny: reader.text('on_deny'),
    on_upstream_error: reader.word<'refund' | 'keep'>('on_upstream_error') ?? 'refund',
    mode: reader.word<Mode>('mode'),
  };
}

/** Reads `rate_limit`, short for one limit on the number of calls. `counter` is the name that this limit gets. */
export function readRateLimit(reader: ObjectReader, counter: string): LimitRule | null {
  const place = reader.get('rate_limit');
  if (place === undefined || place.node.kind === 'null') return null;
  const common = { counter, increment: 1, increment_from: null, on_upstream_error: 'refund' as const };
  if (place.node.kind === 'string') {
    const match = RATE_TEXT.exec(place.node.value);
    const window = match === null ? null : (normalWindow(match[2] ?? '') ?? normalWindow((match[2] ?? '').replace(/s$/, '')));
    const max = Number(match?.[1]);
    if (window !== null && Number.isSafeInteger(max) && max > 0)
      return { ...common, window, max, scope: 'grant', align: 'calendar', on_deny: null, mode: null };
    reader.list.error(
      'limit.rate',
      place.node,
      place.pointer,
      'A rate is written like "10/minute" or "100/15m", with a number above 0.',
      match === null ? undefined : didYouMean(match[2] ?? '', WINDOW_UNITS),
    );
    return null;
  }
  if (place.node.kind !== 'object') {
    wrongKind(reader.list, place, 'text like "10/minute", or an object');
    return null;
  }
  const rate = ObjectReader.open('rate_limit', place, reader.list);
  if (rate === null) return null;
  const max = rate.count('max');
  const align = rate.word<'calendar' | 'sliding'>('align') ?? 'calendar';
  const window = rate.get('window')?.node.kind === 'number' ? readSeconds(rate) : readWindow(rate, align);
  const scope = readScope(rate);
  const onDeny = rate.text('on_deny');
  const mode = rate.word<Mode>('mode');
  return max === null || window === null || scope === null ? null : { ...common, window, max, scope, align, on_deny: onDeny, mode };
}

function readSeconds(reader: ObjectReader): string | null {
  const seconds = reader.count('window');
  const place = reader.get('window');
  if (seconds === null || place === undefined) return null;
  const window = durationSeconds(`${seconds}s`) === null ? null : `${seconds}s`;
  if (window === null) reader.list.error('window.unknown', place.node, place.pointer, 'A window is at most 366 days.');
  return window;
}

function readWindow(reader: ObjectReader, align: 'calendar' | 'sliding'): string | null {
  const place = reader.get('window');
  const text = place === undefined ? null : readText(reader.list, place);
  if (text === null || place === undefined) return null;
  const window = normalWindow(text);
  if (window === null)
    reader.list.error(
      'window.unknown',
      place.node,
      place.pointer,
      `"${text.slice(0, 40)}" is not a window.`,
      didYouMean(text, WINDOW_UNITS) ?? WINDOW_HINT,
    );
  if (window === 'month' && align === 'sliding') {
    reader.list.error('window.sliding_month', place.node, place.pointer, 'Months differ in length, so they cannot slide.', 'write "30d"');
    return null;
  }
  return window;
}

function readScope(reader: ObjectReader): string | null {
  const place = reader.get('scope');
  if (place === undefined) return 'grant';
  const text = readText(reader.list, place);
  if (text === null) return null;
  if (text === 'args' || text.startsWith('args.') || text.startsWith('args[')) return readArgumentPath(reader.list, place, 'the scope');
  const scopes = MANIFEST.limit.scope?.oneOf ?? [];
  if (scopes.includes(text)) return text;
  reader.list.error(
    'scope.unknown',
    place.node,
    place.pointer,
    `"${text.slice(0, 60)}" is not a scope.`,
    didYouMean(text, scopes) ?? `one of ${scopes.join(', ')}, or args.<path>`,
  );
  return null;
}

/** A path below `args` that names one value. */
export function readArgumentPath(list: ProblemList, place: Place | undefined, what: string): string | null {
  const text = place === undefined ? null : readText(list, place);
  if (text === null || place === undefined) return null;
  const path = parsePath(text);
  if (isPathMistake(path)) list.error('path.wrong', place.node, place.pointer, path.mistake, path.hint);
  else if (path.root !== 'args' || path.segments.length === 0)
    list.error('path.wrong', place.node, place.pointer, `The path of ${what} lies in the arguments.`, 'for example args.amount');
  else if (path.every || path.deep)
    list.error('path.wrong', place.node, place.pointer, `The path of ${what} names one value: no \`[*]\` and no \`**\`.`);
  else return path.text;
  return null;
}
