import type { Json } from '@/lib/kernel/json';
import { leavesOf } from './argument-leaves';
import { ARGUMENT_ROWS_MAX } from './argument-path';

/** Something about one value that an approver should notice; said in words beside it. */
export type ArgumentMark =
  /** Differs from the call that was approved last. */
  | 'changed'
  /** No earlier call of this agent and tool had this value. */
  | 'new'
  /** Above every number that earlier calls had. */
  | 'highest'
  /** Below every number that earlier calls had. */
  | 'lowest'
  /** Looks like a credential. */
  | 'secret';

export interface ArgumentInsight {
  /** Dotted path below the arguments; the empty text is the whole of arguments that are no object. */
  readonly path: string;
  /** JSON of the value, null when this call does not have it and the last approved one had. */
  readonly now: string | null;
  /** JSON of the value of the call that was approved last; null when that had none, or none was approved. */
  readonly last: string | null;
  /** How earlier calls were, in words; null without any. */
  readonly usual: string | null;
  readonly marks: readonly ArgumentMark[];
}

/** Enough earlier calls to call a value unusual. */
const HISTORY_MIN = 5;
const SHOWN_CHARACTERS = 40;

/** What is new, changed or out of range in the arguments of a call, against the last approved one and earlier calls. Pure. */
export function argumentInsights(args: Json, last: Json | null, history: readonly Json[]): readonly ArgumentInsight[] {
  const now = leavesOf(args);
  const before = last === null ? null : leavesOf(last);
  const earlier = history.map(leavesOf);
  const paths = [...now.keys(), ...[...(before?.keys() ?? [])].filter((path) => !now.has(path))];
  return paths.slice(0, ARGUMENT_ROWS_MAX).map((path) => {
    const value = now.get(path);
    const text = value === undefined ? null : JSON.stringify(value);
    const was = before?.get(path);
    const lastText = was === undefined ? null : JSON.stringify(was);
    const values = earlier.flatMap((leaves) => (leaves.has(path) ? [leaves.get(path) as Json] : []));
    return {
      path,
      now: text,
      last: lastText,
      usual: usualWords(values, history.length),
      marks: marksOf(value, text, before, lastText, values),
    };
  });
}

function marksOf(
  value: Json | undefined,
  text: string | null,
  before: ReadonlyMap<string, Json> | null,
  last: string | null,
  values: readonly Json[],
): ArgumentMark[] {
  const marks: ArgumentMark[] = [];
  if (before !== null && text !== last) marks.push('changed');
  if (value === undefined) return marks;
  if (typeof value === 'string' && SECRET.test(value)) marks.push('secret');
  if (values.length < HISTORY_MIN) return marks;
  const numbers = values.filter((one): one is number => typeof one === 'number');
  if (typeof value === 'number' && numbers.length === values.length) {
    if (value > Math.max(...numbers)) marks.push('highest');
    else if (value < Math.min(...numbers)) marks.push('lowest');
  } else if (values.every((one) => JSON.stringify(one) !== text)) marks.push('new');
  return marks;
}

/** `half below 31 · 95 % below 210 · at most 480`, `"usd" in 97 %`, `12 different values`. */
function usualWords(values: readonly Json[], calls: number): string | null {
  if (calls === 0) return null;
  if (values.length === 0) return 'never given';
  const numbers = values.filter((value): value is number => typeof value === 'number').sort((a, b) => a - b);
  if (numbers.length === values.length) {
    const at = (share: number) => numberWords(numbers[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0);
    if (numbers[0] === numbers[numbers.length - 1]) return `always ${at(0)}`;
    return `half up to ${at(0.5)} · 95 % up to ${at(0.95)} · at most ${at(1)}`;
  }
  const counts = new Map<string, number>();
  for (const value of values) {
    const text = JSON.stringify(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const [top, count] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best));
  const share = Math.round((100 * count) / calls);
  if (counts.size === 1 && count === calls) return `always ${short(top)}`;
  return share >= 50 ? `${short(top)} in ${share} %` : `${counts.size} different values in ${calls} calls`;
}

/** Prefixes of well-known credentials, and private keys. */
const SECRET =
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----|\b(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10,}|\bgh[pousr]_[0-9A-Za-z]{20,}|\bAKIA[0-9A-Z]{16}\b|\bxox[abprs]-[0-9A-Za-z-]{10,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|\bcgk?_[0-9A-Za-z_]{16,})/;

const short = (text: string): string => (text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
const numberWords = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 });
