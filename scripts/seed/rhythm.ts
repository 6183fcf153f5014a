/** Calls by hour of the day, UTC. */
const HOURS = [3, 2, 2, 2, 2, 3, 5, 8, 11, 13, 13, 12, 9, 12, 13, 13, 12, 9, 7, 5, 4, 4, 3, 3];
/** Sunday first. */
const DAYS = [0.25, 1, 1.1, 1.1, 1.05, 0.9, 0.35];
const HOUR_MS = 3_600_000;

/** When a share (0 to 1) of all calls has been made: day and night, week and weekend, slowly growing, with one rough afternoon. */
export function createRhythm(fromMs: number, toMs: number): (share: number) => number {
  const starts: number[] = [];
  const weights: number[] = [];
  const first = Math.floor(fromMs / HOUR_MS) * HOUR_MS;
  for (let hour = first; hour < toMs; hour += HOUR_MS) {
    const at = new Date(hour);
    const grown = 0.7 + (0.6 * (hour - fromMs)) / (toMs - fromMs);
    const part = (Math.min(hour + HOUR_MS, toMs) - Math.max(hour, fromMs)) / HOUR_MS;
    starts.push(Math.max(hour, fromMs));
    weights.push((HOURS[at.getUTCHours()] as number) * (DAYS[at.getUTCDay()] as number) * grown * part);
  }
  const total = weights.reduce((a, b) => a + b, 0);
  let index = 0;
  let before = 0;
  return (share) => {
    const wanted = share * total;
    while (index < weights.length - 1 && wanted >= before + (weights[index] as number)) before += weights[index++] as number;
    const start = starts[index] as number;
    const end = Math.min(Math.floor(start / HOUR_MS) * HOUR_MS + HOUR_MS, toMs);
    return Math.floor(start + Math.min(0.999999, (wanted - before) / (weights[index] as number)) * (end - start));
  };
}

/** A normally distributed draw. */
export const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
