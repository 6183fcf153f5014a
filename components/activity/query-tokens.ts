import { CALL_FILTERS, type FilterValues } from './call-filters';

/** `agent:support-bot` in the bar. */
export interface Token {
  readonly parameter: keyof FilterValues;
  readonly value: string;
  /** As it is written, for the chip. */
  readonly text: string;
}

export type ParsedText =
  | { readonly ok: true; readonly patch: FilterValues }
  /** What is wrong and what to write instead. */
  | { readonly ok: false; readonly message: string };

const NAMES: readonly string[] = [...CALL_FILTERS.map(({ name }) => name), 'latency'];

/** Splits at spaces outside of quotes. */
export function splitTokens(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"]+|"[^"]*"?)+/g)].map((match) => match[0]);
}

const unquoted = (text: string): string => text.replaceAll('"', '');

/**
 * Reads what was typed into the bar: words with a colon are filters, everything else is searched for. Values of one filter are
 * alternatives and are added to those that are there.
 */
export function parseTokens(text: string, present: FilterValues): ParsedText {
  const patch: FilterValues = {};
  const words: string[] = [];
  for (const part of splitTokens(text)) {
    const colon = part.indexOf(':');
    if (part.startsWith('-') && colon > 1) return { ok: false, message: 'A value cannot be excluded. Choose the other values instead.' };
    // A pointer or an address has colons too; only a word of letters before it names a filter.
    if (colon <= 0 || part.startsWith('"') || !/^[a-z]+$/i.test(part.slice(0, colon))) {
      words.push(unquoted(part));
      continue;
    }
    const read = readToken(part.slice(0, colon).toLowerCase(), unquoted(part.slice(colon + 1)), { ...present, ...patch });
    if (!read.ok) return read;
    Object.assign(patch, read.patch);
  }
  if (words.length > 0) patch.q = words.join(' ');
  return { ok: true, patch };
}

function readToken(name: string, value: string, present: FilterValues): ParsedText {
  if (name === 'latency') return readLatency(value);
  const filter = CALL_FILTERS.find((one) => one.name === name);
  if (!filter) return { ok: false, message: `There is no filter “${name}”. Filters are ${NAMES.join(', ')}. Quote text that has a colon.` };
  if (value === '') return { ok: false, message: `${filter.label} needs a value, such as ${name}:${filter.values?.[0] ?? 'name'}.` };
  const values = value.split(',').filter((one) => one !== '');
  const wrong = values.find((one) => filter.values && !filter.values.includes(one));
  if (wrong !== undefined)
    return { ok: false, message: `“${wrong}” is no ${filter.label.toLowerCase()}. There are ${filter.values?.join(', ')}.` };
  if (filter.name === 'session') return { ok: true, patch: { session: value } };
  const before = present[filter.name]?.split(',') ?? [];
  return { ok: true, patch: { [filter.name]: [...new Set([...before, ...values])].join(',') } };
}

function readLatency(value: string): ParsedText {
  const match = /^([<>])\s*(\d+(?:\.\d+)?)(ms|s)?$/.exec(value);
  if (!match)
    return { ok: false, message: 'Write latency as latency:>500 or latency:<2s: milliseconds of the upstream, or seconds with s.' };
  const ms = Number(match[2]) * (match[3] === 's' ? 1000 : 1);
  return { ok: true, patch: match[1] === '>' ? { slowerThan: String(ms) } : { fasterThan: String(ms) } };
}

/** The filters of the address as tokens, in the order of `CALL_FILTERS`. */
export function tokensOf(values: FilterValues): Token[] {
  const tokens: Token[] = [];
  for (const { name } of CALL_FILTERS)
    for (const value of name === 'session' ? [values.session ?? ''] : (values[name]?.split(',') ?? []))
      if (value) tokens.push({ parameter: name, value, text: `${name}:${/[\s"]/.test(value) ? `"${value}"` : value}` });
  if (values.slowerThan) tokens.push({ parameter: 'slowerThan', value: values.slowerThan, text: `latency:>${values.slowerThan}` });
  if (values.fasterThan) tokens.push({ parameter: 'fasterThan', value: values.fasterThan, text: `latency:<${values.fasterThan}` });
  if (values.q) tokens.push({ parameter: 'q', value: values.q, text: values.q });
  return tokens;
}

/** The filters without one token. */
export function withoutToken(values: FilterValues, { parameter, value }: Token): FilterValues {
  const rest = (values[parameter] ?? '').split(',').filter((one) => one !== value);
  const many = CALL_FILTERS.some(({ name }) => name === parameter) && parameter !== 'session';
  return { [parameter]: many && rest.length > 0 ? rest.join(',') : null };
}

/** What is being typed at the end of the text: a name of a filter, or a value of one. */
export function typedNow(text: string): { readonly name: string | null; readonly part: string; readonly start: number } {
  const last = /\s$/.test(text) ? '' : (splitTokens(text).at(-1) ?? '');
  const start = text.length - last.length;
  const colon = last.indexOf(':');
  if (colon <= 0) return { name: null, part: last, start };
  return { name: last.slice(0, colon).toLowerCase(), part: unquoted(last.slice(colon + 1)), start };
}
