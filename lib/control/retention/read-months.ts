import { monthFate, type StandingHold, type TrailMonth } from '@/lib/domain/retention/months-due';
import type { Reader } from '../context';
import type { RetentionMonth } from './contract';

interface MonthRow {
  readonly month: string;
  readonly starts: Date;
  readonly ends: Date;
  readonly bytes: number;
  readonly calls: number;
  readonly agents: (string | null)[] | null;
}

/** The months of the trail and what `days` of retention mean for each; calls and agents by the counts. */
export async function readMonths(db: Reader, days: number | null, now: Date): Promise<RetentionMonth[]> {
  const rows = await db.$queryRaw<MonthRow[]>`
    SELECT m.month, m.starts_at AS starts, m.ends_at AS ends, m.bytes::float8 AS bytes, coalesce(c.calls, 0)::float8 AS calls, c.agents
      FROM audit_months() m LEFT JOIN LATERAL (
        SELECT sum(d.calls) AS calls, array_agg(DISTINCT p.agent_id) FILTER (WHERE d.calls > 0) AS agents
          FROM call_counts_day d JOIN call_profiles p ON p.id = d.profile WHERE d.bucket >= m.starts_at AND d.bucket < m.ends_at) c ON TRUE
     ORDER BY m.month`;
  const holds = await readStandingHolds(db);
  return rows.map((row) => {
    const month: TrailMonth = {
      month: row.month,
      fromMs: row.starts.getTime(),
      toMs: row.ends.getTime(),
      agentIds: new Set(row.agents?.filter((agent) => agent !== null)),
    };
    const { state, holds: touching } = monthFate(month, days, holds, now.getTime());
    return {
      month: row.month,
      from: row.starts.toISOString(),
      to: row.ends.toISOString(),
      calls: row.calls,
      bytes: row.bytes,
      state,
      holds: [...touching],
    };
  });
}

async function readStandingHolds(db: Reader): Promise<StandingHold[]> {
  const rows = await db.legalHold.findMany({ where: { liftedAt: null }, orderBy: { id: 'asc' } });
  return rows.map(({ id, agentId, startsAt, endsAt }) => ({
    id,
    agentId,
    fromMs: startsAt?.getTime() ?? null,
    toMs: endsAt?.getTime() ?? null,
  }));
}
