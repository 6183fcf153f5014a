import type { Prisma } from '@/lib/db/generated/client';
import { type AnomalyKind, KINDS } from '@/lib/domain/anomaly/anomaly-kinds';
import { type AnomalySetting, settingFor } from '@/lib/domain/anomaly/anomaly-settings';
import type { Reader } from '../context';
import { notFound } from '../control-error';
import type { ALERT_STATUSES, AlertAnswer, RestrictionAnswer } from './contract';

/** An alert with the newest restriction that it led to. */
export const ALERT_PARTS = { restrictions: { orderBy: { id: 'desc' }, take: 1 } } as const satisfies Prisma.AlertInclude;
export type AlertRow = Prisma.AlertGetPayload<{ include: typeof ALERT_PARTS }>;
type RestrictionRow = Prisma.AgentRestrictionGetPayload<object>;

export async function readAlert(db: Reader, id: string): Promise<AlertRow> {
  const row = await db.alert.findUnique({ where: { id }, include: ALERT_PARTS });
  if (row === null) throw notFound('alert', id);
  return row;
}

export function alertStatus(
  row: Pick<AlertRow, 'closedAt' | 'snoozedUntil' | 'acknowledgedAt'>,
  now: Date,
): (typeof ALERT_STATUSES)[number] {
  if (row.closedAt !== null) return 'closed';
  if (row.snoozedUntil !== null && row.snoozedUntil > now) return 'snoozed';
  return row.acknowledgedAt === null ? 'open' : 'acknowledged';
}

export function alertAnswer(row: AlertRow, settings: readonly AnomalySetting[], now: Date): AlertAnswer {
  const kind = row.kind as AnomalyKind;
  const { name, method, unit } = KINDS[kind];
  const [restriction] = row.restrictions;
  return {
    id: row.id,
    kind,
    name,
    status: alertStatus(row, now),
    agent: { id: row.agentId, slug: row.agentSlug },
    server: named(row.serverId, row.serverSlug),
    tool: row.tool,
    explanation: row.explanation,
    method,
    band: row.band,
    observed: row.observed,
    usual: row.usual,
    threshold: row.threshold,
    unit,
    evidence: row.evidence as Record<string, string>,
    action: row.action as AlertAnswer['action'],
    openedAt: row.openedAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    acknowledgedBy: row.acknowledgedBy,
    acknowledgedNote: row.acknowledgedNote,
    snoozedUntil: row.snoozedUntil !== null && row.snoozedUntil > now ? row.snoozedUntil.toISOString() : null,
    snoozedBy: row.snoozedBy,
    closedAt: row.closedAt?.toISOString() ?? null,
    closedBecause: row.closedBecause,
    restriction: restriction === undefined ? null : restrictionAnswer(restriction, now),
    setting: settingFor(settings, kind, row),
  };
}

export const isActive = (row: Pick<RestrictionRow, 'liftedAt' | 'untilAt'>, now: Date): boolean =>
  row.liftedAt === null && row.untilAt > now;

export function restrictionAnswer(row: RestrictionRow, now: Date): RestrictionAnswer {
  return {
    id: row.id,
    active: isActive(row, now),
    mode: row.mode as RestrictionAnswer['mode'],
    agent: { id: row.agentId, slug: row.agentSlug },
    server: named(row.serverId, row.serverSlug),
    tool: row.tool,
    kind: row.kind as AnomalyKind,
    alert: row.alertId,
    explanation: row.explanation,
    startedAt: row.startedAt.toISOString(),
    until: row.untilAt.toISOString(),
    liftedAt: row.liftedAt?.toISOString() ?? null,
    liftedBy: row.liftedBy,
    liftReason: row.liftReason,
  };
}

function named(id: string | null, slug: string | null): { id: string; slug: string } | null {
  return id === null || slug === null ? null : { id, slug };
}
