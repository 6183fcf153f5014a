import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, likePattern, pageOf } from '../paging';
import type { listLimits as contract } from './contract';

interface LimitRecord {
  readonly key: string;
  readonly server: string | null;
  readonly policy: string;
  readonly rule: string;
  readonly counter: string;
  readonly window: string;
  readonly scope: string;
  readonly scope_key: string;
  readonly scope_name: string | null;
  readonly used: number;
  readonly max: number;
  readonly share: number;
  readonly window_start: Date;
  readonly window_end: Date;
  readonly updated_at: Date;
}

const SELECT = `
  SELECT * FROM (
    SELECT c.key, s.slug AS server, coalesce(p.slug, c.policy_id) AS policy, c.policy_id, c.rule, c.counter, c."window", c.scope, c.scope_key,
           CASE c.scope
             WHEN 'grant' THEN (SELECT concat_ws(' · ', a.slug, g.label) FROM grants g JOIN agents a ON a.id = g.agent_id WHERE g.id = c.scope_key)
             WHEN 'agent' THEN (SELECT a.slug FROM agents a WHERE a.id = c.scope_key)
             WHEN 'server' THEN s.slug
             WHEN 'policy' THEN p.slug
             WHEN 'owner' THEN c.scope_key
           END AS scope_name,
           c.used, c.max, CASE WHEN c.max > 0 THEN c.used / c.max ELSE 1 END AS share, c.window_start, c.window_end, c.updated_at
      FROM counters c LEFT JOIN policies p ON p.id = c.policy_id LEFT JOIN servers s ON s.id = p.server_id
     WHERE c.window_end > $1::timestamptz) l`;

/** Counters whose window runs now, the nearest to exhaustion first. */
export async function listLimits(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const values: unknown[] = [ctx.now];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const parts = ['TRUE'];
  if (query.server) parts.push(`l.server = ${parameter(query.server)}`);
  if (query.policy) {
    const policy = parameter(query.policy);
    parts.push(`(l.policy = ${policy} OR l.policy_id = ${policy})`);
  }
  if (query.scope) parts.push(`l.scope = ${parameter(query.scope)}`);
  if (query.near !== undefined) parts.push(`l.share >= ${parameter(query.near)}::double precision`);
  if (query.q) {
    const pattern = parameter(likePattern(query.q));
    parts.push(`(l.counter ILIKE ${pattern} OR l.rule ILIKE ${pattern} OR l.scope_key ILIKE ${pattern} OR l.scope_name ILIKE ${pattern})`);
  }
  const after = decodeCursor(query.cursor, 2);
  if (after) {
    const share = Number(after[0]);
    if (!Number.isFinite(share))
      throw new ControlError(400, 'cursor.invalid', 'The cursor is not one that this list gave out. Start again without it.');
    const atShare = parameter(share);
    parts.push(`(l.share < ${atShare}::double precision OR (l.share = ${atShare}::double precision AND l.key > ${parameter(after[1])}))`);
  }
  const rows = await ctx.prisma.$queryRawUnsafe<LimitRecord[]>(
    `${SELECT} WHERE ${parts.join(' AND ')} ORDER BY l.share DESC, l.key ASC LIMIT ${query.limit + 1}`,
    ...values,
  );
  return pageOf(rows, query.limit, (row) => [String(row.share), row.key], rows.map(limitAnswer));
}

function limitAnswer(row: LimitRecord): AnswerOf<typeof contract>['items'][number] {
  return {
    key: row.key,
    server: row.server,
    policy: row.policy,
    rule: row.rule,
    counter: row.counter,
    window: row.window,
    scope: row.scope,
    scopeKey: row.scope_key,
    scopeName: row.scope_name,
    used: row.used,
    max: row.max,
    share: row.share,
    windowStart: row.window_start.toISOString(),
    resetsAt: row.window_end.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
