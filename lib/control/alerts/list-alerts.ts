import type { Prisma } from '@/lib/db/generated/client';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { decodeCursor, pageOf } from '../paging';
import { ALERT_PARTS, alertAnswer, readAlert } from './alert-answer';
import type { ALERT_STATUSES, listAlerts as contract, getAlert as one } from './contract';
import { readSettings } from './settings-of';

/** Newest first. */
export async function listAlerts(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const after = decodeCursor(query.cursor, 1);
  const rows = await ctx.prisma.alert.findMany({
    where: {
      AND: [
        query.status ? { OR: query.status.map((status) => inStatus(status, ctx.now)) } : {},
        query.kind ? { kind: { in: query.kind } } : {},
        query.agent ? { OR: [{ agentId: query.agent }, { agentSlug: query.agent }] } : {},
        query.server ? { OR: [{ serverId: query.server }, { serverSlug: query.server }] } : {},
        query.q ? { explanation: { contains: query.q, mode: 'insensitive' } } : {},
        after ? { id: { lt: after[0] as string } } : {},
      ],
    },
    include: ALERT_PARTS,
    orderBy: { id: 'desc' },
    take: query.limit + 1,
  });
  const settings = await readSettings(ctx.prisma);
  const page = pageOf(
    rows,
    query.limit,
    (row) => [row.id],
    rows.map((row) => alertAnswer(row, settings, ctx.now)),
  );
  return { ...page, open: await ctx.prisma.alert.count({ where: inStatus('open', ctx.now) }) };
}

export async function getAlert(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  return alertAnswer(await readAlert(ctx.prisma, params.alert), await readSettings(ctx.prisma), ctx.now);
}

function inStatus(status: (typeof ALERT_STATUSES)[number], now: Date): Prisma.AlertWhereInput {
  const awake: Prisma.AlertWhereInput = { closedAt: null, OR: [{ snoozedUntil: null }, { snoozedUntil: { lte: now } }] };
  switch (status) {
    case 'open':
      return { ...awake, acknowledgedAt: null };
    case 'acknowledged':
      return { ...awake, acknowledgedAt: { not: null } };
    case 'snoozed':
      return { closedAt: null, snoozedUntil: { gt: now } };
    case 'closed':
      return { closedAt: { not: null } };
  }
}
