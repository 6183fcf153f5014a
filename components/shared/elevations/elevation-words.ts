import type { Elevation } from '@/components/shared/api/wire';

export const ELEVATION_WORDS: Record<Elevation['status'], string> = {
  pending: 'Waiting',
  active: 'In force',
  over: 'Over',
  ended: 'Ended early',
  denied: 'Denied',
  withdrawn: 'Taken back',
  lapsed: 'Nobody decided',
};

/** `30 seconds`, `45 minutes`, `1 hour`, `2 h 30 min`. */
export function minutesWords(minutes: number): string {
  if (minutes < 1) return `${Math.round(minutes * 60)} seconds`;
  const whole = Math.round(minutes);
  if (whole < 60) return whole === 1 ? '1 minute' : `${whole} minutes`;
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  return rest === 0 ? (hours === 1 ? '1 hour' : `${hours} hours`) : `${hours} h ${rest} min`;
}
