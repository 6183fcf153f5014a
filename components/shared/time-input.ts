import { instantOfWall, instantsOfWall, offsetWords, wallAt } from '@/lib/kernel/zoned-time';
import { zonedTime } from './format';

/** The text of a `datetime-local` for a time, by the clock of a zone (undefined is the browser's own); empty for none. */
export function timeToInput(iso: string | null, timeZone: string | undefined): string {
  return iso ? new Date(wallAt(Date.parse(iso), timeZone)).toISOString().slice(0, 16) : '';
}

/**
 * The time that the text of a `datetime-local` means by the clock of a zone; null when it is empty or half typed. Where the clock is set
 * back, a time that comes twice means the first; where it is set forward, one that is skipped means as much later as the clock jumps.
 */
export function timeFromInput(text: string, timeZone: string | undefined): string | null {
  const wallMs = Date.parse(`${text}Z`);
  return text === '' || Number.isNaN(wallMs) ? null : new Date(instantOfWall(wallMs, timeZone)).toISOString();
}

/** What a person has to know about a text where the clock is changed; null on all other days. */
export interface InputNote {
  readonly words: string;
  /** The other time that the text could mean. */
  readonly other: { readonly at: string; readonly words: string } | null;
}

/** `at` is the time that is meant by the text. */
export function inputNote(text: string, at: string | null, timeZone: string | undefined): InputNote | null {
  const wallMs = Date.parse(`${text}Z`);
  if (at === null || Number.isNaN(wallMs)) return null;
  const clock = zonedTime(wallMs, 'UTC', 'clock');
  const atMs = Date.parse(at);
  const instants = instantsOfWall(wallMs, timeZone);
  if (instants.length === 0) {
    const meant = `${zonedTime(atMs, timeZone, 'clock')} ${offsetWords(atMs, timeZone)}`;
    return { words: `The clock is set forward and skips ${clock}. ${meant} is taken.`, other: null };
  }
  const [first, second] = instants;
  if (first === undefined || second === undefined) return null;
  // A time may have seconds that its text has not.
  const isSecond = atMs >= second;
  const other = isSecond ? first : second;
  return {
    words: `The clock is set back and shows ${clock} twice. The ${isSecond ? 'second' : 'first'}, ${offsetWords(isSecond ? second : first, timeZone)}, is taken.`,
    other: { at: new Date(other).toISOString(), words: `Take the ${isSecond ? 'first' : 'second'}, ${offsetWords(other, timeZone)}` },
  };
}
