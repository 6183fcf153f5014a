const LOOK_EVERY_MS = 25;

/** Looks until `look` gives something other than null or false; fails with what was waited for once the time is over. */
export async function eventually<T>(what: string, look: () => Promise<T | null | false> | T | null | false, withinMs = 15_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
