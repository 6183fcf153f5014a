import { COUNTED_FILTER_NAMES, COUNTED_FILTERS } from '@/lib/domain/counted-filters';
import { idTimeMs } from '@/lib/kernel/ids';
import { FRESH_ROWS_MAX } from '../call-counts/counted-calls';
import { freshCalls, ROWS_BEHIND } from '../call-counts/fresh-calls';
import { anyOfColumns, needsRows, type Parameter } from './audit-filter';
import type { AuditFilters } from './contract';
import type { TimeWindow } from './read-rows';
import { readTrail, type TrailContext } from './read-trail';

const FIVE_MS = 300_000;
/** The end of the year 9999. */
const LATEST_MS = 253_402_300_799_999;
const DAY_MS = 86_400_000;
/** Days asked for at once while looking for matches. */
const DAYS_AT_ONCE = 40;
/** Candidates of one step where the rows themselves have to be looked at; it grows while that is quick. */
const CANDIDATES_FIRST = 3_000;
const CANDIDATES_MAX = 60_000;
/** Stretches of the trail where the counts are of no help yet. */
const BLIND_FIRST_MS = 3_600_000;

/** A piece of the way back through a range. */
export interface Chunk {
  readonly windows: readonly TimeWindow[];
  /** Everything from here on has been looked at with this piece. */
  readonly scannedToMs: number;
  readonly last: boolean;
}

interface Range {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** The pieces of the way back through a range, newest first: only where something is filtered for has the way to it to be found. */
export function wayBack(ctx: TrailContext, query: AuditFilters & { readonly limit: number }, range: Range): AsyncGenerator<Chunk> {
  const guided = needsRows(query) || COUNTED_FILTER_NAMES.some((name) => query[name]);
  return guided && idTimeMs(query.q ?? '', 'evt') === null ? windowsOf(ctx, query, range) : wholeRange(range);
}

async function* wholeRange(range: Range): AsyncGenerator<Chunk> {
  yield { windows: [range], scannedToMs: range.fromMs ?? 0, last: true };
}

/**
 * Where rows that a filter leaves can be, newest first: the five-minute buckets that hold calls of its profiles. For what calls are not
 * counted by, such as a text, the buckets of everything else it asks for are the candidates.
 */
async function* windowsOf(ctx: TrailContext, query: AuditFilters & { readonly limit: number }, range: Range): AsyncGenerator<Chunk> {
  if (await countsAreBehind(ctx)) {
    yield* blindly(range, ctx.now.getTime());
    return;
  }
  // In this order: a call that is counted in between is then found by both, and in the other order by neither.
  const fresh = await freshBuckets(ctx, query, range);
  const profiles = await profilesOf(ctx, query);
  const scanning = needsRows(query);
  // What the counts say matches does; only a text makes candidates of it.
  let wanted = scanning ? CANDIDATES_FIRST : query.limit + 1;
  let pending: { atMs: number; calls: number }[] = [];
  let yieldedTo = range.toMs;
  for await (const day of daysOf(ctx, profiles, range, fresh)) {
    pending.push(...day.buckets);
    let held = pending.reduce((sum, one) => sum + one.calls, 0);
    while (held >= wanted) {
      let calls = 0;
      let count = 0;
      while (count < pending.length && calls < wanted) calls += pending[count++]?.calls ?? 0;
      const taken = pending.slice(0, count);
      pending = pending.slice(count);
      held -= calls;
      const scannedToMs = Math.max(taken.at(-1)?.atMs ?? day.atMs, range.fromMs ?? 0);
      const began = performance.now();
      yield { windows: joined(taken, range), scannedToMs, last: false };
      yieldedTo = scannedToMs;
      if (scanning && performance.now() - began < 250) wanted = Math.min(CANDIDATES_MAX, wanted * 2);
    }
  }
  const scannedToMs = range.fromMs ?? 0;
  yield { windows: joined(pending, { ...range, toMs: yieldedTo }), scannedToMs, last: true };
}

async function* blindly(range: Range, nowMs: number): AsyncGenerator<Chunk> {
  const fromMs = range.fromMs ?? 0;
  let toMs = range.toMs ?? nowMs + DAY_MS;
  let open = range.toMs === null;
  for (let step = BLIND_FIRST_MS; ; ) {
    const lowMs = Math.max(fromMs, toMs - (open ? DAY_MS + step : step));
    const began = performance.now();
    yield { windows: [{ fromMs: lowMs, toMs: open ? null : toMs }], scannedToMs: lowMs, last: lowMs <= fromMs };
    open = false;
    toMs = lowMs;
    step = performance.now() - began < 150 ? step * 4 : step;
  }
}

async function countsAreBehind(ctx: TrailContext): Promise<boolean> {
  const [behind] = await readTrail<{ rows: number }>(ctx, ROWS_BEHIND, []);
  return (behind?.rows ?? 0) > FRESH_ROWS_MAX;
}

/** Ids of the profiles that the counted filters leave; null when they leave all. */
async function profilesOf(ctx: TrailContext, query: AuditFilters): Promise<number[] | null> {
  const values: unknown[] = [];
  const where = profileFilter(query, 'p', (value) => `$${values.push(value)}`);
  if (where === null) return null;
  return (await readTrail<{ id: number }>(ctx, `SELECT p.id FROM call_profiles p WHERE ${where}`, values)).map(({ id }) => id);
}

function profileFilter(query: AuditFilters, alias: string, parameter: Parameter): string | null {
  const active = COUNTED_FILTER_NAMES.filter((name) => query[name]);
  if (active.length === 0) return null;
  return active.map((name) => anyOfColumns(alias, COUNTED_FILTERS[name], query[name] as readonly string[], parameter)).join(' AND ');
}

/** Buckets of what the counts do not have yet, with how many calls of the filter are in them. */
async function freshBuckets(ctx: TrailContext, query: AuditFilters, range: Range): Promise<Map<number, number>> {
  const values: unknown[] = [];
  const where = profileFilter(query, 'f', (value) => `$${values.push(value)}`) ?? 'TRUE';
  const rows = await readTrail<{ at: Date; calls: string }>(
    ctx,
    `WITH ${freshCalls(FRESH_ROWS_MAX)} SELECT date_bin('5 minutes', f.at, 'epoch') AS at, sum(f.calls) AS calls FROM fresh f
      WHERE f.calls > 0 AND ${where} GROUP BY 1`,
    values,
  );
  const inRange = rows.filter(
    ({ at }) => (range.fromMs === null || at.getTime() + FIVE_MS > range.fromMs) && (range.toMs === null || at.getTime() < range.toMs),
  );
  return new Map(inRange.map(({ at, calls }) => [at.getTime(), Number(calls)]));
}

interface Day {
  readonly atMs: number;
  /** Newest first. */
  readonly buckets: { atMs: number; calls: number }[];
}

async function* daysOf(ctx: TrailContext, profiles: number[] | null, range: Range, fresh: Map<number, number>): AsyncGenerator<Day> {
  const freshDays = [...fresh.keys()].map((atMs) => Math.floor(atMs / DAY_MS) * DAY_MS);
  let belowMs = range.toMs ?? Math.max(LATEST_MS, ...freshDays);
  const ofProfiles = profiles === null ? 'TRUE' : 'profile = ANY($3::integer[])';
  const values = (fromMs: number, toMs: number): unknown[] => [new Date(fromMs), new Date(toMs), ...(profiles === null ? [] : [profiles])];
  for (;;) {
    const fromDayMs = range.fromMs === null ? 0 : Math.floor(range.fromMs / DAY_MS) * DAY_MS;
    const days = await readTrail<{ at: Date }>(
      ctx,
      `SELECT bucket AS at FROM call_counts_day WHERE bucket >= $1::timestamptz AND bucket < $2::timestamptz AND calls > 0 AND ${ofProfiles}
        GROUP BY bucket ORDER BY bucket DESC LIMIT ${DAYS_AT_ONCE}`,
      values(fromDayMs, belowMs),
    );
    const found = days.map(({ at }) => at.getTime());
    const oldest = found.length < DAYS_AT_ONCE ? fromDayMs : (found.at(-1) as number);
    const all = [...new Set([...found, ...freshDays.filter((atMs) => atMs >= oldest && atMs < belowMs)])].sort((a, b) => b - a);
    for (const atMs of all) {
      const fromMs = Math.max(atMs, range.fromMs === null ? atMs : Math.floor(range.fromMs / FIVE_MS) * FIVE_MS);
      const toMs = Math.min(atMs + DAY_MS, range.toMs ?? Number.POSITIVE_INFINITY);
      const counted = await readTrail<{ at: Date; calls: string }>(
        ctx,
        `SELECT bucket AS at, sum(calls) AS calls FROM call_counts_5m WHERE bucket >= $1::timestamptz AND bucket < $2::timestamptz AND calls > 0
          AND ${ofProfiles} GROUP BY bucket`,
        values(fromMs, toMs),
      );
      const buckets = new Map(counted.map(({ at, calls }) => [at.getTime(), Number(calls)]));
      for (const [bucketMs, calls] of fresh)
        if (bucketMs >= fromMs && bucketMs < toMs) buckets.set(bucketMs, (buckets.get(bucketMs) ?? 0) + calls);
      yield { atMs, buckets: [...buckets].map(([bucketMs, calls]) => ({ atMs: bucketMs, calls })).sort((a, b) => b.atMs - a.atMs) };
    }
    if (found.length < DAYS_AT_ONCE) return;
    belowMs = oldest;
  }
}

/** Buckets side by side as one stretch, cut to the range. */
function joined(buckets: readonly { atMs: number }[], range: Range): TimeWindow[] {
  const windows: { fromMs: number; toMs: number }[] = [];
  for (const { atMs } of buckets) {
    const last = windows.at(-1);
    if (last && last.fromMs === atMs + FIVE_MS) last.fromMs = atMs;
    else windows.push({ fromMs: atMs, toMs: atMs + FIVE_MS });
  }
  return windows
    .map(({ fromMs, toMs }) => ({ fromMs: Math.max(fromMs, range.fromMs ?? fromMs), toMs: Math.min(toMs, range.toMs ?? toMs) }))
    .filter(({ fromMs, toMs }) => fromMs < toMs);
}
