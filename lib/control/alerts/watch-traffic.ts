import type { KINDS } from '@/lib/domain/anomaly/anomaly-kinds';
import { type AnomalySetting, settingFor } from '@/lib/domain/anomaly/anomaly-settings';
import { BASELINE_DAYS, BURST_CALLS_MIN, burst } from '@/lib/domain/anomaly/burst';
import { denialStorm, STORM_WINDOW_MS } from '@/lib/domain/anomaly/denial-storm';
import type { AnomalySubject, Finding } from '@/lib/domain/anomaly/finding';
import { firstUse } from '@/lib/domain/anomaly/first-use';
import { manySessions, SESSIONS_WINDOW_MS } from '@/lib/domain/anomaly/many-sessions';
import { newShape } from '@/lib/domain/anomaly/new-shape';
import { outOfHours } from '@/lib/domain/anomaly/out-of-hours';
import type { Reader } from '../context';
import { BURSTS, FIRST_USES, HOURS, NEW_SHAPES, SESSIONS, STORMS } from './watch-statements';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Calls are counted seconds late and looked at once a minute: an hour or a day that has just ended is looked at again, whole. */
const LOOKED_AGAIN_MS = 5 * 60_000;

interface SubjectRow {
  readonly agent_id: string;
  readonly agent_slug: string;
  readonly server_id?: string | null;
  readonly server_slug?: string | null;
  readonly tool?: string | null;
}

/** A reading of the numbers of calls at an instant, by what was tuned. Reads only; the same numbers give the same findings. */
interface Look {
  readonly db: Reader;
  readonly nowMs: number;
  readonly settings: readonly AnomalySetting[];
}

/** What changes within minutes: an agent that is refused again and again. */
export async function findStorms({ db, nowMs, settings }: Look): Promise<Finding[]> {
  const fromMs = Math.floor(nowMs / 300_000) * 300_000 - STORM_WINDOW_MS / 2;
  const rows = await db.$queryRawUnsafe<(SubjectRow & { calls: number; refused: number })[]>(STORMS, new Date(fromMs), new Date(nowMs));
  return found(rows, (row) => {
    const subject = subjectOf(row);
    const facts = { subject, refused: row.refused, calls: row.calls, fromMs, toMs: nowMs };
    return denialStorm(facts, thresholdOf(settings, 'denial_storm', subject));
  });
}

/** What is judged by the hours and days before. */
export async function findDeviations(look: Look): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const hour of looksOf(look, HOUR)) findings.push(...(await findBursts(hour)), ...(await findHours(hour)));
  for (const day of looksOf(look, DAY)) findings.push(...(await findFirstUses(day)), ...(await findNewShapes(day)));
  return [...findings, ...(await findSessions(look))];
}

/** The look at the stretch that runs now, and before it the last one at the stretch before while that is not long over. */
function looksOf(look: Look, lengthMs: number): Look[] {
  const startMs = Math.floor(look.nowMs / lengthMs) * lengthMs;
  return look.nowMs - startMs < LOOKED_AGAIN_MS ? [{ ...look, nowMs: startMs - 1 }, look] : [look];
}

async function findBursts({ db, nowMs, settings }: Look): Promise<Finding[]> {
  const hourMs = Math.floor(nowMs / HOUR) * HOUR;
  const before = Array.from({ length: BASELINE_DAYS }, (_, day) => hourMs - (day + 1) * DAY);
  const rows = await db.$queryRawUnsafe<(SubjectRow & { calls: number; since: Date; hours: [number, number][] })[]>(
    BURSTS,
    new Date(hourMs),
    before.map((ms) => new Date(ms)),
    BURST_CALLS_MIN,
  );
  return found(rows, (row) => {
    const subject = subjectOf(row);
    const callsAt = new Map(row.hours);
    const sameHour = before.filter((ms) => ms >= row.since.getTime()).map((ms) => callsAt.get(ms) ?? 0);
    return burst({ subject, calls: row.calls, sameHour, hourMs, nowMs }, thresholdOf(settings, 'burst', subject));
  });
}

async function findFirstUses({ db, nowMs, settings }: Look): Promise<Finding[]> {
  const dayMs = Math.floor(nowMs / DAY) * DAY;
  const rows = await db.$queryRawUnsafe<
    (SubjectRow & { calls: number; risk: string | null; runs: readonly string[]; known_since: Date })[]
  >(FIRST_USES, new Date(dayMs));
  return found(rows, (row) => {
    const subject = subjectOf(row);
    const facts = {
      subject,
      risk: row.risk,
      runs: row.runs,
      knownSinceMs: row.known_since.getTime(),
      firstMs: dayMs,
      calls: row.calls,
      nowMs,
    };
    return firstUse(facts, thresholdOf(settings, 'first_use', subject));
  });
}

interface ShapeRow extends SubjectRow {
  readonly risk: string | null;
  readonly shape: string;
  readonly first_at: Date;
  readonly earlier: readonly string[];
  readonly youngest: Date;
  readonly calls_before: number;
}

/** The first new shape of the day for each agent and tool: others of that day are the same alert. */
async function findNewShapes({ db, nowMs, settings }: Look): Promise<Finding[]> {
  const rows = await db.$queryRawUnsafe<ShapeRow[]>(NEW_SHAPES, new Date(Math.floor(nowMs / DAY) * DAY));
  const first = new Map<string, ShapeRow>();
  for (const row of rows) {
    const key = JSON.stringify([row.agent_id, row.server_id, row.tool]);
    if (!first.has(key)) first.set(key, row);
  }
  return found([...first.values()], (row) => {
    const subject = subjectOf(row);
    const { risk, shape, earlier } = row;
    const facts = {
      risk,
      shape,
      earlier,
      firstMs: row.first_at.getTime(),
      youngestMs: row.youngest.getTime(),
      callsBefore: row.calls_before,
    };
    return newShape({ subject, ...facts }, thresholdOf(settings, 'new_shape', subject));
  });
}

async function findHours({ db, nowMs, settings }: Look): Promise<Finding[]> {
  const hourMs = Math.floor(nowMs / HOUR) * HOUR;
  const dayMs = Math.floor(nowMs / DAY) * DAY;
  // Today's own hours would make usual what has only just begun.
  const near = Array.from({ length: BASELINE_DAYS + 1 }, (_, day) => hourMs - day * DAY)
    .flatMap((ms) => [ms - HOUR, ms, ms + HOUR])
    .filter((ms) => ms < dayMs);
  const rows = await db.$queryRawUnsafe<(SubjectRow & { calls: number; near_calls: number; active_days: number })[]>(
    HOURS,
    new Date(hourMs),
    near.map((ms) => new Date(ms)),
    new Date(dayMs - BASELINE_DAYS * DAY),
    new Date(dayMs),
  );
  return found(rows, (row) => {
    const subject = subjectOf(row);
    const facts = { subject, calls: row.calls, nearCalls: row.near_calls, activeDays: row.active_days, hourMs, nowMs };
    return outOfHours(facts, thresholdOf(settings, 'out_of_hours', subject));
  });
}

async function findSessions({ db, nowMs, settings }: Look): Promise<Finding[]> {
  const fromMs = nowMs - SESSIONS_WINDOW_MS;
  const rows = await db.$queryRawUnsafe<(SubjectRow & { sessions: number })[]>(SESSIONS, new Date(fromMs), new Date(nowMs));
  return found(rows, (row) => {
    const subject = subjectOf(row);
    return manySessions({ subject, sessions: row.sessions, fromMs, toMs: nowMs }, thresholdOf(settings, 'many_sessions', subject));
  });
}

function found<Row>(rows: readonly Row[], judge: (row: Row) => Finding | null): Finding[] {
  return rows.map(judge).filter((finding) => finding !== null);
}

function subjectOf(row: SubjectRow): AnomalySubject {
  const server = row.server_id && row.server_slug ? { id: row.server_id, slug: row.server_slug } : null;
  return { agent: { id: row.agent_id, slug: row.agent_slug }, server, tool: row.tool ?? null };
}

function thresholdOf(settings: readonly AnomalySetting[], kind: keyof typeof KINDS, { agent, server, tool }: AnomalySubject): number {
  const { enabled, threshold } = settingFor(settings, kind, { agentId: agent.id, serverId: server?.id ?? null, tool });
  return enabled ? threshold : Number.POSITIVE_INFINITY;
}
