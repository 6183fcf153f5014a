/** `9 min`, `1 h 5 min`, `40 s`; never below zero. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `3 days`, `1 day`; below a day as `timeLeft` says it. */
export function daysLeft(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  if (days < 1) return timeLeft(ms);
  return days === 1 ? '1 day' : `${days} days`;
}
