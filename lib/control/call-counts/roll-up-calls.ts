import { SHAPES_MAX } from '@/lib/domain/anomaly/new-shape';
import type { Database } from '../context';
import { freshCalls } from './fresh-calls';
import { COUNT_TABLES, isPassed, PROFILE_COLUMNS, profileKey, profileOf } from './profile';

/** Rows of one writer taken in one pass. */
const ROWS_MAX = 20_000;
/** Advisory lock: one node of all counts. */
const LOCK = 4_207_760_090;

const columns = PROFILE_COLUMNS.join(', ');
/** The same agent and tool as in `s`. */
const SAME_TOOL = 'k.agent_id = s.agent_id AND k.server_id = s.server_id AND k.tool = s.tool';

/** Adds what is fresh to every table of counts and moves the cursors: one statement, so that whoever reads sees all of it or nothing. */
const ROLL_UP = (rowsMax: number): string => `
  WITH ${freshCalls(rowsMax)}, keyed AS MATERIALIZED (
    SELECT ${profileKey('f')} AS key, f.* FROM fresh f
  ), made AS (
    INSERT INTO call_profiles (key, ${columns})
    SELECT DISTINCT ON (k.key) k.key, ${profileOf('k')} FROM keyed k
     WHERE NOT EXISTS (SELECT 1 FROM call_profiles p WHERE p.key = k.key)
    RETURNING id, key
  ), known AS (
    SELECT id, key FROM made UNION ALL SELECT p.id, p.key FROM call_profiles p WHERE p.key IN (SELECT key FROM keyed)
  ), counted AS MATERIALIZED (
    SELECT ${COUNT_TABLES[0].bin('k.at')} AS bucket, n.id AS profile, sum(k.calls)::integer AS calls
      FROM keyed k JOIN known n ON n.key = k.key GROUP BY 1, 2 HAVING sum(k.calls) <> 0
  ), ${COUNT_TABLES.map(
    ({ table, bin }) => `into_${table} AS (
    INSERT INTO ${table} AS t (bucket, profile, calls)
    SELECT ${bin('bucket')}, profile, sum(calls)::integer FROM counted GROUP BY 1, 2
    ON CONFLICT (bucket, profile) DO UPDATE SET calls = t.calls + excluded.calls
  )`,
  ).join(', ')}, clients AS (
    INSERT INTO agent_clients (agent_id, name, version, first_at)
    SELECT n.agent_id, n.client_name, coalesce(n.client_version, ''), min(n.at) FROM new_events n
     WHERE n.agent_id IS NOT NULL AND n.client_name IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM agent_clients c WHERE c.agent_id = n.agent_id AND c.name = n.client_name AND c.version = coalesce(n.client_version, ''))
     GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING
  ), sent AS (
    SELECT n.agent_id, n.server_id, n.tool, n.arguments_shape AS shape, min(n.at) AS first_at FROM new_events n
     WHERE n.method = 'tools/call' AND ${isPassed('n.decision')} AND n.arguments_shape IS NOT NULL
       AND n.agent_id IS NOT NULL AND n.server_id IS NOT NULL AND n.tool IS NOT NULL GROUP BY 1, 2, 3, 4
  ), unknown_shapes AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.agent_id, s.server_id, s.tool ORDER BY s.first_at, s.shape) AS place
      FROM sent s WHERE NOT EXISTS (SELECT 1 FROM argument_shapes k WHERE ${SAME_TOOL} AND k.shape = s.shape)
  ), shapes AS (
    -- Whoever sends another one with every call fills no table.
    INSERT INTO argument_shapes (agent_id, server_id, tool, shape, first_at)
    SELECT s.agent_id, s.server_id, s.tool, s.shape, s.first_at FROM unknown_shapes s
     WHERE s.place + (SELECT count(*) FROM argument_shapes k WHERE ${SAME_TOOL}) <= ${SHAPES_MAX}
    ON CONFLICT DO NOTHING
  ), latencies AS (
    INSERT INTO call_latencies AS t (bucket, server_id, side, class, calls)
    SELECT ${COUNT_TABLES[1].bin('f.at')}, coalesce(f.server_id, ''), x.side, floor(4 * ln(greatest(x.ms, 0.01)) / ln(2::float8))::integer, sum(f.calls)
      FROM fresh f CROSS JOIN LATERAL (VALUES ('upstream', f.upstream_ms), ('gateway', f.gateway_ms)) x(side, ms)
     WHERE x.ms IS NOT NULL GROUP BY 1, 2, 3, 4 HAVING sum(f.calls) <> 0
    ON CONFLICT (bucket, server_id, side, class) DO UPDATE SET calls = t.calls + excluded.calls
  ), reached AS (
    SELECT w.writer, greatest(w.seq, (SELECT max(seq) FROM new_events n WHERE n.writer = w.writer), (SELECT max(seq) FROM new_outcomes n WHERE n.writer = w.writer)) AS seq, w.seq AS before
      FROM counted_writers w
  ), cursors AS (
    INSERT INTO call_count_cursors AS t (writer, seq, done)
    SELECT r.writer, r.seq, r.seq = r.before AND w.swept_at IS NOT NULL FROM reached r JOIN writers w ON w.id = r.writer
     WHERE r.seq > r.before OR w.swept_at IS NOT NULL
    ON CONFLICT (writer) DO UPDATE SET seq = excluded.seq, done = excluded.done
  )
  SELECT (SELECT count(*) FROM new_events)::integer AS events, coalesce((SELECT max(seq - before) FROM reached), 0)::float8 AS furthest`;

export interface RollUp {
  /** Calls that were counted now. */
  readonly events: number;
  /** There is more to count at once. */
  readonly more: boolean;
}

/** One pass of counting; nothing when another node is at it. Passes are exact in whatever pieces they come. */
export async function rollUpCalls(prisma: Database, rowsMax = ROWS_MAX): Promise<RollUp> {
  return prisma.$transaction(
    async (tx) => {
      // In a statement of its own, so that the snapshot of the counting is taken when the lock is held.
      const [lock] = await tx.$queryRawUnsafe<{ mine: boolean }[]>(`SELECT pg_try_advisory_xact_lock(${LOCK}) AS mine`);
      if (!lock?.mine) return { events: 0, more: false };
      await tx.$executeRawUnsafe('SET LOCAL jit = off');
      const [done] = await tx.$queryRawUnsafe<{ events: number; furthest: number }[]>(ROLL_UP(rowsMax));
      return { events: done?.events ?? 0, more: (done?.furthest ?? 0) >= rowsMax };
    },
    { maxWait: 5_000, timeout: 120_000 },
  );
}
