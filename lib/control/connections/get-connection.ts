import type { ControlContext, VerbInput } from '../context';
import { notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { adviceOn } from './advice';
import type { ConnectionAnswer, getConnection as contract } from './contract';

const LOOK_BACK_MS = 3_600_000;
const READ_MAX = 200;
const PROBLEMS_MAX = 5;
const PATIENCE_MS = 2_000;

interface Refusal {
  readonly id: string;
  readonly at: Date;
  readonly reason: string;
  readonly message: string | null;
  readonly grant_id: string | null;
  readonly source_ip: string | null;
}

/**
 * Follows a client that connects. Refusals come from the audit trail, which has those of strangers as well: a client with a
 * wrong token is one.
 */
export async function getConnection(
  ctx: ControlContext,
  { params, query }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const grant = await ctx.prisma.grant.findUnique({ where: { id: params.grant }, include: { usage: true } });
  if (!grant) throw notFound('grant', params.grant);
  const earliest = ctx.now.getTime() - LOOK_BACK_MS;
  const since = new Date(query.since === undefined ? earliest : Math.max(earliest, Date.parse(query.since)));
  const refusals = (await readRefusals(ctx, grant.id, since)) ?? [];
  const { usage } = grant;
  const within = (at: Date | null | undefined): string | null => (at && at >= since ? at.toISOString() : null);
  const used = within(usage?.lastUsedAt);
  const own = refusals.filter((one) => one.grant_id !== null);
  return {
    since: since.toISOString(),
    client: used !== null && usage?.clientName ? { name: usage.clientName, version: usage.clientVersion } : null,
    sourceIp: used === null ? null : (usage?.sourceIp ?? null),
    steps: [
      { name: 'reached', at: used ?? refusals[0]?.at.toISOString() ?? null },
      { name: 'authenticated', at: used ?? own[0]?.at.toISOString() ?? null },
      { name: 'introduced', at: within(usage?.introducedAt) },
      { name: 'listed', at: within(usage?.listedAt) },
      { name: 'called', at: within(usage?.calledAt) },
    ],
    problems: problemsOf(refusals),
  };
}

function readRefusals(ctx: ControlContext, grant: string, since: Date): Promise<Refusal[] | null> {
  return ctx.services.history.read<Refusal>(
    `SELECT e.id, e.at, e.reason, e.message, e.grant_id, e.source_ip FROM audit_events e
      WHERE e.at >= $1::timestamptz AND e.decision IN ('refused', 'unavailable') AND (e.grant_id = $2 OR e.grant_id IS NULL)
      ORDER BY e.at DESC, e.id DESC LIMIT ${READ_MAX}`,
    [since, grant],
    { signal: ctx.signal, timeoutMs: PATIENCE_MS },
  );
}

/** Alike ones together: a client tries again and again. */
function problemsOf(refusals: readonly Refusal[]): ConnectionAnswer['problems'] {
  const problems = new Map<string, ConnectionAnswer['problems'][number]>();
  for (const { id, at, reason, message, grant_id, source_ip } of refusals) {
    const key = JSON.stringify([reason, message, source_ip, grant_id]);
    const known = problems.get(key);
    if (known) known.count += 1;
    else {
      const certain = grant_id !== null;
      problems.set(key, { reason, ...adviceOn(reason, message), certain, count: 1, at: at.toISOString(), sourceIp: source_ip, event: id });
    }
  }
  return [...problems.values()].slice(0, PROBLEMS_MAX);
}
