import { idTimeMs } from '@/lib/kernel/ids';
import type { ControlContext, VerbInput } from '../context';
import { notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { LATEST_OUTCOME } from './audit-filter';
import { AUDIT_COLUMNS, type AuditRecord, auditRow } from './audit-row';
import type { getAuditContext as contract } from './contract';
import { readTrail } from './read-trail';

type Answer = AnswerOf<typeof contract>;

const CALLS = 8;
/** A session is looked for this far to either side, along the index of its grant. */
const HOURS = 6;

interface Place {
  readonly id: string;
  readonly at: Date;
  readonly session: string | null;
  readonly grant_id: string | null;
  readonly agent_id: string | null;
  readonly server_id: string | null;
  readonly tool: string | null;
  readonly reason: string;
}

export async function getAuditContext(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<Answer> {
  const atMs = idTimeMs(params.event, 'evt');
  if (atMs === null) throw notFound('event', params.event);
  const [place] = await readTrail<Place>(
    ctx,
    'SELECT id, at, session, grant_id, agent_id, server_id, tool, reason FROM audit_events WHERE id = $1 AND at = $2::timestamptz LIMIT 1',
    [params.event, new Date(atMs)],
  );
  if (!place) throw notFound('event', params.event);
  const [before, after] = await Promise.all([neighbours(ctx, place, 'before'), neighbours(ctx, place, 'after')]);
  return { before, after, hours: HOURS, approval: await approvalOf(ctx, place) };
}

async function neighbours(ctx: ControlContext, place: Place, side: 'before' | 'after'): Promise<Answer['before']> {
  if (place.session === null || place.grant_id === null) return [];
  const [sign, order, edgeMs] =
    side === 'before' ? ['<', 'DESC', place.at.getTime() - HOURS * 3_600_000] : ['>', 'ASC', place.at.getTime() + HOURS * 3_600_000];
  const rows = await readTrail<AuditRecord>(
    ctx,
    `SELECT ${AUDIT_COLUMNS} FROM audit_events e ${LATEST_OUTCOME}
      WHERE e.grant_id = $1 AND e.session = $2 AND (e.at, e.id) ${sign} ($3::timestamptz, $4)
        AND e.at BETWEEN least($3::timestamptz, $5::timestamptz) AND greatest($3::timestamptz, $5::timestamptz)
      ORDER BY e.at ${order}, e.id ${order} LIMIT ${CALLS}`,
    [place.grant_id, place.session, place.at, place.id, new Date(edgeMs)],
  );
  return rows.map(auditRow);
}

/** The approval that the call used, or the one that stood while it asked. */
async function approvalOf(ctx: ControlContext, place: Place): Promise<Answer['approval']> {
  const include = { votes: { orderBy: { at: 'asc' as const } } };
  const used = await ctx.prisma.approval.findFirst({ where: { consumedEvent: place.id }, include });
  const asked =
    used ??
    (place.reason.startsWith('approval.') && place.grant_id !== null && place.tool !== null
      ? await ctx.prisma.approval.findFirst({
          where: {
            grantId: place.grant_id,
            tool: place.tool,
            // The trail and the request are written one after the other.
            createdAt: { lte: new Date(place.at.getTime() + 2_000) },
            lastAskedAt: { gte: new Date(place.at.getTime() - 2_000) },
          },
          orderBy: { createdAt: 'desc' },
          include,
        })
      : null);
  if (!asked) return null;
  return {
    id: asked.id,
    status: asked.status,
    askedAt: asked.createdAt.toISOString(),
    expiresAt: asked.expiresAt.toISOString(),
    decidedAt: asked.decidedAt?.toISOString() ?? null,
    decidedBy: asked.decidedBy,
    decidedReason: asked.decidedReason,
    votes: asked.votes.map(({ voterName, vote, reason, at }) => ({ by: voterName, vote, reason, at: at.toISOString() })),
  };
}
