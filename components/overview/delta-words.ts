import { formatCount } from '@/components/shared/format';

/** `+12 %`, `−3 %`, `no change`; null without anything to compare with. */
export function changeWords(now: number, before: number): string | null {
  if (before === 0) return null;
  const percent = Math.round(((now - before) / before) * 100);
  if (percent === 0) return 'no change';
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent)} %`;
}

interface Compared {
  now: number;
  old: number;
  /** Calls of the time before: what `old` is of. */
  callsOld: number;
  /** `a week before` */
  when: string;
}

/** The change of a count, always with the number it is of. */
export function countDelta({ now, old, callsOld, when }: Compared): string {
  if (callsOld === 0) return `${when}: no calls then`;
  const words = changeWords(now, old);
  return words ? `${words}, ${formatCount(old)} ${when}` : `none of ${formatCount(callsOld)} ${when}`;
}

/** The share of a count, of what: `3.1 % of 1 284`. */
export function shareWords(part: number, whole: number): string {
  if (whole === 0) return 'no calls';
  const share = (part / whole) * 100;
  return `${share > 0 && share < 10 ? share.toFixed(1) : Math.round(share)} % of ${formatCount(whole)}`;
}

/** Seconds that people took: `8 s`, `12 min`, `2.4 h`, `3.0 d`. */
export function durationWords(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  return seconds < 86_400 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}
