import { BAR_MS } from '@/lib/domain/time-bars';
import { anyOfColumns, type Parameter } from '../audit/audit-filter';
import { readTrail } from '../audit/read-trail';
import { countedCalls } from '../call-counts/counted-calls';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getNewBehaviour as contract } from './contract';
import { type OverviewRange, overviewRange } from './range';

type Answer = AnswerOf<typeof contract>;
type Who = { readonly server?: readonly string[] | undefined; readonly agent?: readonly string[] | undefined };

const ROWS_MAX = 20;

/** Tools that agents called for the first time ever, and clients they came with for the first time. */
export async function getNewBehaviour(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<Answer> {
  const range = overviewRange(ctx, query);
  const [tools, clients] = [await newTools(ctx, range, query), await newClients(ctx, range, query)];
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    tools: tools.map(({ agent, server, tool, first_at, calls }) => ({ agent, server, tool, firstAt: first_at.toISOString(), calls })),
    toolsInAll: tools[0]?.in_all ?? 0,
    clients: clients.map(({ agent, name, version, first_at }) => ({ agent, name, version, firstAt: first_at.toISOString() })),
    clientsInAll: clients[0]?.in_all ?? 0,
  };
}

interface NewTool {
  readonly agent: string;
  readonly server: string;
  readonly tool: string;
  readonly first_at: Date;
  readonly calls: number;
  readonly in_all: number;
}

/**
 * Pairs of the time that no count before it has. Days come from the index of profiles; only the part of a day before the range is read
 * by five minutes.
 */
function newTools(ctx: ControlContext, { from, to }: OverviewRange, query: Who): Promise<NewTool[]> {
  const values: unknown[] = [];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const ctes = countedCalls({ fromMs: from.getTime(), toMs: to.getTime(), parameter });
  const dayMs = Math.floor(from.getTime() / BAR_MS.day) * BAR_MS.day;
  const [start, end, day] = [from, to, new Date(dayMs)].map((time) => `${parameter(time)}::timestamptz`) as [string, string, string];
  const who = [
    query.server ? anyOfColumns('c', ['server_slug', 'server_id'], query.server, parameter) : 'TRUE',
    query.agent ? anyOfColumns('c', ['agent_slug', 'agent_id'], query.agent, parameter) : 'TRUE',
  ].join(' AND ');
  return readTrail<NewTool>(
    ctx,
    `WITH ${ctes}, used AS MATERIALIZED (
       SELECT c.agent_id, c.server_id, c.tool, max(c.agent_slug) AS agent, max(c.server_slug) AS server, sum(c.calls)::int AS calls
         FROM totals c WHERE c.method = 'tools/call' AND c.agent_id IS NOT NULL AND c.server_id IS NOT NULL AND c.tool IS NOT NULL AND ${who}
        GROUP BY 1, 2, 3 HAVING sum(c.calls) > 0
     ), profiles AS MATERIALIZED (
       SELECT u.agent_id, u.server_id, u.tool, p.id FROM used u JOIN call_profiles p
           ON p.agent_id = u.agent_id AND p.server_id = u.server_id AND p.tool = u.tool AND p.method = 'tools/call'
     ), early AS MATERIALIZED (
       SELECT DISTINCT f.profile FROM call_counts_5m f WHERE f.bucket >= ${day} AND f.bucket < date_bin('5 minutes', ${start}, 'epoch') AND f.calls > 0
     ), new AS MATERIALIZED (
       SELECT u.* FROM used u WHERE NOT EXISTS (
         SELECT 1 FROM profiles p WHERE p.agent_id = u.agent_id AND p.server_id = u.server_id AND p.tool = u.tool AND (
           p.id IN (SELECT profile FROM early)
           OR EXISTS (SELECT 1 FROM call_counts_day d WHERE d.profile = p.id AND d.bucket < ${day} AND d.calls > 0)))
     ), days AS (
       SELECT n.*, count(*) OVER ()::int AS in_all, (
         SELECT min(d.bucket) FROM profiles p JOIN call_counts_day d ON d.profile = p.id
          WHERE p.agent_id = n.agent_id AND p.server_id = n.server_id AND p.tool = n.tool AND d.bucket >= ${day} AND d.calls > 0) AS first_day
         FROM new n ORDER BY first_day DESC NULLS FIRST, n.agent, n.server, n.tool LIMIT ${ROWS_MAX}
     )
     SELECT d.agent, d.server, d.tool, d.calls, d.in_all, greatest(coalesce((
         SELECT min(f.bucket) FROM call_counts_5m f
          WHERE f.bucket >= d.first_day AND f.bucket < d.first_day + interval '1 day' AND f.calls > 0
            AND f.profile = ANY(ARRAY(SELECT p.id FROM profiles p WHERE p.agent_id = d.agent_id AND p.server_id = d.server_id AND p.tool = d.tool))
       ), least(${end}, now()) - interval '5 minutes'), ${start}) AS first_at
       FROM days d ORDER BY first_at DESC, d.agent, d.server, d.tool`,
    values,
  );
}

interface NewClient {
  readonly agent: string;
  readonly name: string;
  readonly version: string | null;
  readonly first_at: Date;
  readonly in_all: number;
}

function newClients(ctx: ControlContext, { from, to }: OverviewRange, query: Who): Promise<NewClient[]> {
  // What a client says of itself is not said of one server.
  if (query.server) return Promise.resolve([]);
  const values: unknown[] = [from, to];
  const parameter: Parameter = (value) => `$${values.push(value)}`;
  const who = query.agent ? anyOfColumns('a', ['slug', 'id'], query.agent, parameter) : 'TRUE';
  return readTrail<NewClient>(
    ctx,
    `SELECT a.slug AS agent, c.name, nullif(c.version, '') AS version, c.first_at, count(*) OVER ()::int AS in_all
       FROM agent_clients c JOIN agents a ON a.id = c.agent_id
      WHERE c.first_at >= $1::timestamptz AND c.first_at < $2::timestamptz AND ${who}
      ORDER BY c.first_at DESC, a.slug, c.name, c.version LIMIT ${ROWS_MAX}`,
    values,
  );
}
