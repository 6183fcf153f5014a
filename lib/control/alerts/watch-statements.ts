import { RISK_LEVELS } from '@/lib/domain/risk';
import { isPassed } from '../call-counts/profile';

/** Calls of tools by agents that are known. */
const CALLS = "p.method = 'tools/call' AND p.agent_id IS NOT NULL";
const TOOLS = `${CALLS} AND p.server_id IS NOT NULL AND p.tool IS NOT NULL`;

/** Calls and refusals by agent in the buckets from $1 to $2. What was refused as unusual already is no news. */
export const STORMS = `
  SELECT p.agent_id, max(p.agent_slug) AS agent_slug, sum(c.calls)::float8 AS calls,
         coalesce(sum(c.calls) FILTER (WHERE p.decision IN ('denied', 'hidden', 'limited', 'refused')), 0)::float8 AS refused
    FROM call_counts_5m c JOIN call_profiles p ON p.id = c.profile
   WHERE c.bucket >= $1::timestamptz AND c.bucket <= $2::timestamptz AND ${CALLS} AND p.reason NOT LIKE 'anomaly.%'
   GROUP BY p.agent_id`;

/** Agents and tools with at least $3 calls in the hour $1: calls, the first day of both together, and calls in the hours $2. */
export const BURSTS = `
  WITH now_hour AS MATERIALIZED (
    SELECT p.agent_id, max(p.agent_slug) AS agent_slug, p.server_id, max(p.server_slug) AS server_slug, p.tool, sum(c.calls)::float8 AS calls
      FROM call_counts_hour c JOIN call_profiles p ON p.id = c.profile
     WHERE c.bucket = $1::timestamptz AND ${TOOLS} AND p.reason NOT LIKE 'anomaly.%'
     GROUP BY p.agent_id, p.server_id, p.tool HAVING sum(c.calls) >= $3::float8
  ), profiles AS MATERIALIZED (
    SELECT p.id, p.agent_id, p.server_id, p.tool FROM now_hour n
      JOIN call_profiles p ON p.agent_id = n.agent_id AND p.server_id = n.server_id AND p.tool = n.tool AND p.method = 'tools/call'
  ), known AS (
    SELECT f.agent_id, f.server_id, f.tool, min(d.since) AS since
      FROM profiles f CROSS JOIN LATERAL (SELECT min(bucket) AS since FROM call_counts_day WHERE profile = f.id) d GROUP BY 1, 2, 3
  ), before AS (
    SELECT f.agent_id, f.server_id, f.tool, c.bucket, sum(c.calls)::float8 AS calls
      FROM profiles f JOIN call_counts_hour c ON c.profile = f.id AND c.bucket = ANY ($2::timestamptz[]) GROUP BY 1, 2, 3, 4
  )
  SELECT n.*, k.since, coalesce((
           SELECT json_agg(json_build_array((extract(epoch FROM b.bucket) * 1000)::float8, b.calls)) FROM before b
            WHERE b.agent_id = n.agent_id AND b.server_id = n.server_id AND b.tool = n.tool), '[]') AS hours
    FROM now_hour n JOIN known k ON k.agent_id = n.agent_id AND k.server_id = n.server_id AND k.tool = n.tool`;

const PASSED = isPassed('p.decision');
const RISKS = `ARRAY[${RISK_LEVELS.map((risk) => `'${risk}'`).join(', ')}]`;

/**
 * Tools that an agent was let through to on the day $1 and on no day before, at their highest risk, with what they run where they are
 * dispatchers: what is run for the first time counts, not only the dispatcher. With the agent's own first day.
 */
export const FIRST_USES = `
  WITH today AS MATERIALIZED (
    SELECT p.agent_id, max(p.agent_slug) AS agent_slug, p.server_id, max(p.server_slug) AS server_slug, p.tool, p.inner_tool,
           max(array_position(${RISKS}, p.risk)) AS risk, sum(c.calls)::float8 AS calls
      FROM call_counts_day c JOIN call_profiles p ON p.id = c.profile
     WHERE c.bucket = $1::timestamptz AND c.calls > 0 AND ${TOOLS} AND ${PASSED}
     GROUP BY p.agent_id, p.server_id, p.tool, p.inner_tool
  ), fresh AS MATERIALIZED (
    SELECT t.* FROM today t WHERE NOT EXISTS (
      SELECT 1 FROM call_profiles p JOIN call_counts_day d ON d.profile = p.id AND d.bucket < $1::timestamptz AND d.calls > 0
       WHERE p.agent_id = t.agent_id AND p.server_id = t.server_id AND p.tool = t.tool AND p.inner_tool IS NOT DISTINCT FROM t.inner_tool
         AND ${PASSED})
  )
  SELECT f.agent_id, max(f.agent_slug) AS agent_slug, f.server_id, max(f.server_slug) AS server_slug, f.tool, (${RISKS})[max(f.risk)] AS risk,
         sum(f.calls)::float8 AS calls,
         coalesce(array_agg(f.inner_tool ORDER BY f.risk DESC, f.calls DESC, f.inner_tool) FILTER (WHERE f.inner_tool IS NOT NULL), '{}') AS runs,
         (SELECT min(d.since) FROM call_profiles p CROSS JOIN LATERAL (SELECT min(bucket) AS since FROM call_counts_day WHERE profile = p.id) d
           WHERE p.agent_id = f.agent_id) AS known_since
    FROM fresh f GROUP BY f.agent_id, f.server_id, f.tool`;

/**
 * Shapes of arguments that came within the day $1, with the shapes of the days before, where there are some, and the calls that
 * were let through on them.
 */
export const NEW_SHAPES = `
  WITH fresh AS MATERIALIZED (
    SELECT * FROM argument_shapes WHERE first_at >= $1::timestamptz AND first_at < $1::timestamptz + interval '1 day'
  ), pairs AS MATERIALIZED (
    SELECT s.agent_id, s.server_id, s.tool, array_agg(s.shape ORDER BY s.first_at, s.shape) AS earlier,
           max(s.first_at) AS youngest
      FROM argument_shapes s
     WHERE s.first_at < $1::timestamptz AND (s.agent_id, s.server_id, s.tool) IN (SELECT agent_id, server_id, tool FROM fresh)
     GROUP BY 1, 2, 3
  ), profiles AS MATERIALIZED (
    SELECT p.* FROM pairs t JOIN call_profiles p ON p.agent_id = t.agent_id AND p.server_id = t.server_id AND p.tool = t.tool
     WHERE p.method = 'tools/call' AND ${PASSED}
  ), known AS (
    SELECT p.agent_id, p.server_id, p.tool, max(p.agent_slug) AS agent_slug, max(p.server_slug) AS server_slug,
           (${RISKS})[max(array_position(${RISKS}, p.risk))] AS risk,
           sum((SELECT coalesce(sum(c.calls), 0) FROM call_counts_day c WHERE c.profile = p.id AND c.bucket < $1::timestamptz))::float8 AS calls_before
      FROM profiles p GROUP BY 1, 2, 3
  )
  SELECT k.*, f.shape, f.first_at, t.earlier, t.youngest
    FROM fresh f JOIN pairs t ON t.agent_id = f.agent_id AND t.server_id = f.server_id AND t.tool = f.tool
    JOIN known k ON k.agent_id = f.agent_id AND k.server_id = f.server_id AND k.tool = f.tool ORDER BY f.first_at, f.shape`;

/** Calls by agent in the hour $1, in the hours $2 beside it on the days before, and on how many days from $3 to $4 the agent called. */
export const HOURS = `
  WITH now_hour AS MATERIALIZED (
    SELECT p.agent_id, max(p.agent_slug) AS agent_slug, sum(c.calls)::float8 AS calls
      FROM call_counts_hour c JOIN call_profiles p ON p.id = c.profile WHERE c.bucket = $1::timestamptz AND ${CALLS} GROUP BY p.agent_id
  ), near AS (
    SELECT p.agent_id, sum(c.calls)::float8 AS calls
      FROM call_counts_hour c JOIN call_profiles p ON p.id = c.profile WHERE c.bucket = ANY ($2::timestamptz[]) AND ${CALLS} GROUP BY p.agent_id
  ), days AS (
    SELECT p.agent_id, count(DISTINCT c.bucket)::float8 AS days
      FROM call_counts_day c JOIN call_profiles p ON p.id = c.profile
     WHERE c.bucket >= $3::timestamptz AND c.bucket < $4::timestamptz AND c.calls > 0 AND ${CALLS} GROUP BY p.agent_id
  )
  SELECT n.*, coalesce(b.calls, 0) AS near_calls, coalesce(d.days, 0) AS active_days
    FROM now_hour n LEFT JOIN near b ON b.agent_id = n.agent_id LEFT JOIN days d ON d.agent_id = n.agent_id`;

/** Different sessions by agent from $1 to $2, among the newest 20,000 calls. */
export const SESSIONS = `
  SELECT e.agent_id, max(e.agent_slug) AS agent_slug, count(DISTINCT e.session)::float8 AS sessions FROM (
    SELECT agent_id, agent_slug, session FROM audit_events
     WHERE at > $1::timestamptz AND at <= $2::timestamptz AND method = 'tools/call' AND decision IN ('allowed', 'denied', 'limited', 'needs_approval')
     ORDER BY at DESC, id DESC LIMIT 20000) e
   WHERE e.agent_id IS NOT NULL AND e.session IS NOT NULL GROUP BY e.agent_id`;
