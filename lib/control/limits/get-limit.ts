import type { ControlContext, Reader, VerbInput } from '../context';
import { notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { getLimit as contract } from './contract';
import { marksOf } from './limit-marks';
import { LIMITS, type LimitAnswer, type LimitRecord, limitAnswer, type RaiseRecord, raiseAnswer } from './limit-row';
import { usesOf } from './limit-use';

type Answer = AnswerOf<typeof contract>;

const WINDOWS_MAX = 1_000;

/** One counter with its history, what changed it, and who uses it. 404 once its window is over and nobody called since. */
export async function getLimit(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<Answer> {
  const row = await findLimit(ctx.prisma, params.key);
  const factsOf = await usesOf(ctx.prisma, [row]);
  const raises = await ctx.prisma.$queryRawUnsafe<RaiseRecord[]>(
    'SELECT * FROM limit_raises WHERE counter_key = $1 ORDER BY created_at DESC, id DESC LIMIT 50',
    row.key,
  );
  const windows = await ctx.prisma.counterWindow.findMany({
    where: { key: row.key },
    orderBy: { startsAt: 'desc' },
    take: WINDOWS_MAX,
  });
  const shown = raises.map(raiseAnswer);
  return {
    ...limitAnswer(row, factsOf(row)),
    now: row.now.toISOString(),
    history: windows
      .reverse()
      .map(({ startsAt, endsAt, peak, max }) => ({ from: startsAt.toISOString(), to: endsAt.toISOString(), peak, max })),
    marks: await marksOf(ctx.prisma, row, shown),
    raises: shown,
    consumers: await consumersOf(ctx.prisma, row),
  };
}

/** The counter as lists show it. Throws 404. */
export async function readLimit(db: Reader, key: string): Promise<LimitAnswer> {
  const row = await findLimit(db, key);
  return limitAnswer(row, (await usesOf(db, [row]))(row));
}

async function findLimit(db: Reader, key: string): Promise<LimitRecord> {
  const [row] = await db.$queryRawUnsafe<LimitRecord[]>(`SELECT l.*, '' AS grouped FROM (${LIMITS}) l WHERE l.key = $1`, key);
  if (!row) throw notFound('counter', key);
  return row;
}

/** Who charged this counter in the window that runs. What lies beyond the newest events is not looked at. */
function consumersOf(db: Reader, row: LimitRecord): Promise<Answer['consumers']> {
  const from = new Date(row.log === null ? row.window_start.getTime() : row.now.getTime() - row.length_ms);
  return db.$queryRawUnsafe<Answer['consumers']>(
    `SELECT e.agent_slug AS agent, count(*)::int AS calls, sum((c ->> 'amount')::float8)::float8 AS amount
       FROM (SELECT policy_id, agent_slug, charges FROM audit_events WHERE at >= $1::timestamptz ORDER BY at DESC, id DESC LIMIT 20000) e
      CROSS JOIN LATERAL jsonb_array_elements(e.charges) c
      WHERE e.policy_id = $2 AND c ->> 'exhausted' IS NULL
        AND c ->> 'counter' = $3 AND c ->> 'scope' = $4 AND c ->> 'scopeKey' = $5 AND c ->> 'window' = $6
      GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT 10`,
    from,
    row.policy_id,
    row.counter,
    row.scope,
    row.scope_key,
    row.window,
  );
}
