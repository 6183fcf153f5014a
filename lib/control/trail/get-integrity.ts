import type { ControlContext } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getIntegrity as contract, Verification } from './contract';
import { checkpointAnswers } from './list-checkpoints';

type Answer = AnswerOf<typeof contract>;

/** What is known without recomputing anything, so that the page opens at once however long the trail is. */
export async function getIntegrity(ctx: ControlContext): Promise<Answer> {
  const { trail } = ctx.services;
  const [verified, last, keys, file] = await Promise.all([
    ctx.prisma.auditVerification.findFirst({ orderBy: { startedAt: 'desc' } }),
    ctx.prisma.auditCheckpoint.findFirst({ orderBy: { number: 'desc' } }),
    keysOf(ctx),
    trail.file(),
  ]);
  const [lastAnswer] = last ? await checkpointAnswers(ctx, [last]) : [];
  return {
    lastVerification: verified && { ...(verified.report as unknown as Verification), by: verified.actorName },
    checkpoints: { count: Number(last?.number ?? 0), last: lastAnswer ?? null, everySeconds: trail.checkpointSeconds },
    keys,
    file: { ...file },
    webhook: await webhookOf(ctx),
    unknownOutcomes: await unknownOutcomes(ctx),
    roleProblem: trail.roleProblem,
  };
}

async function keysOf(ctx: ControlContext): Promise<Answer['keys']> {
  const known = new Map((await ctx.services.trail.keys()).map((key) => [key.id, key]));
  const rows = await ctx.prisma.auditKey.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'desc' }] });
  const current = rows.find(({ id }) => known.get(id)?.trusted)?.id;
  return rows.map((row) => ({
    id: row.id,
    fingerprint: known.get(row.id)?.fingerprint ?? '',
    publicKey: row.publicKey,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    trusted: known.get(row.id)?.trusted ?? false,
    current: row.id === current,
  }));
}

async function webhookOf(ctx: ControlContext): Promise<Answer['webhook']> {
  const host = ctx.services.trail.webhookHost;
  if (host === null) return null;
  const row = await ctx.prisma.auditWebhook.findUnique({ where: { host } });
  return {
    host,
    lastNumber: Number(row?.lastNumber ?? 0),
    failures: row?.failures ?? 0,
    detail: row?.detail ?? null,
    triedAt: row?.triedAt?.toISOString() ?? null,
  };
}

/** Calls that were closed as unknown and of which nobody, gateway or person, has said more since. */
async function unknownOutcomes(ctx: ControlContext): Promise<Answer['unknownOutcomes']> {
  const [row] = await ctx.prisma.$queryRaw<{ count: number; oldest: Date | null }[]>`
    SELECT count(*)::int AS count, min(u.event_at) AS oldest
      FROM (SELECT DISTINCT event_at, event_id FROM audit_outcomes WHERE outcome = 'unknown') u
     WHERE 'unknown' = (SELECT o.outcome FROM audit_outcomes o WHERE o.event_at = u.event_at AND o.event_id = u.event_id
                         ORDER BY o.at DESC, o.writer DESC, o.seq DESC LIMIT 1)`;
  return { count: row?.count ?? 0, oldestAt: row?.oldest?.toISOString() ?? null };
}
