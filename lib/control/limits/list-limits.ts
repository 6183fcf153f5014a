import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, likePattern, pageOf } from '../paging';
import type { listLimits as contract } from './contract';
import { LIMITS, type LimitRecord, limitAnswer } from './limit-row';
import { usesOf } from './limit-use';

/** What a group is called, in SQL; the last of a group's own order is what belongs to none. */
const GROUPS = {
  agent: "coalesce(l.agent_slug, '~ ' || l.scope)",
  rule: "coalesce(l.tool, '~ every tool')",
  policy: "coalesce(l.server, '~') || ' / ' || l.policy",
  none: "''",
} as const;

/** Counters whose window runs now, the nearest to exhaustion first; by the database's clock. */
export async function listLimits(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const parts = ['TRUE'];
  if (query.server) parts.push(`l.server = ${parameter(query.server)}`);
  if (query.policy) {
    const policy = parameter(query.policy);
    parts.push(`(l.policy = ${policy} OR l.policy_id = ${policy})`);
  }
  if (query.agent) {
    const agent = parameter(query.agent);
    const its = (what: string) => `(SELECT ${what} FROM agents a WHERE a.id = ${agent} OR a.slug = ${agent})`;
    parts.push(
      `(l.agent ->> 'id' = ${its('a.id')} OR (l.scope = 'owner' AND l.scope_key = ${its('a.owner')})
        OR (l.scope = 'session' AND l.scope_key IN (SELECT g.id FROM grants g WHERE g.agent_id = ${its('a.id')})))`,
    );
  }
  if (query.scope) parts.push(`l.scope = ${parameter(query.scope)}`);
  if (query.near !== undefined) parts.push(`l.share >= ${parameter(query.near)}::double precision`);
  if (query.raised) parts.push('l.raise IS NOT NULL');
  if (query.q) {
    const pattern = parameter(likePattern(query.q));
    parts.push(`(l.counter ILIKE ${pattern} OR l.rule ILIKE ${pattern} OR l.scope_key ILIKE ${pattern} OR l.scope_name ILIKE ${pattern})`);
  }
  const group = GROUPS[query.group ?? 'none'];
  const after = decodeCursor(query.cursor, 3);
  if (after) {
    const share = Number(after[1]);
    if (!Number.isFinite(share))
      throw new ControlError(400, 'cursor.invalid', 'The cursor is not one that this list gave out. Start again without it.');
    const atGroup = parameter(after[0]);
    const atShare = `${parameter(share)}::double precision`;
    parts.push(
      `(${group} > ${atGroup} COLLATE "C" OR (${group} = ${atGroup} AND (l.share < ${atShare} OR (l.share = ${atShare} AND l.key > ${parameter(after[2])}))))`,
    );
  }
  const rows = await ctx.prisma.$queryRawUnsafe<LimitRecord[]>(
    `SELECT l.*, ${group} AS grouped FROM (${LIMITS}) l WHERE ${parts.join(' AND ')}
      ORDER BY ${group} COLLATE "C" ASC, l.share DESC, l.key ASC LIMIT ${query.limit + 1}`,
    ...values,
  );
  const factsOf = await usesOf(ctx.prisma, rows);
  const page = pageOf(
    rows,
    query.limit,
    (row) => [row.grouped, String(row.share), row.key],
    rows.map((row) => limitAnswer(row, factsOf(row))),
  );
  return { ...page, now: (rows[0]?.now ?? (await databaseNow(ctx))).toISOString() };
}

async function databaseNow(ctx: ControlContext): Promise<Date> {
  const [row] = await ctx.prisma.$queryRawUnsafe<{ now: Date }[]>('SELECT clock_timestamp() AS now');
  return row?.now ?? ctx.now;
}
