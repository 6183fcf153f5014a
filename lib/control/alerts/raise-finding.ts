import { type AnomalyKind, KINDS } from '@/lib/domain/anomaly/anomaly-kinds';
import { type EffectiveSetting, settingFor } from '@/lib/domain/anomaly/anomaly-settings';
import { type Finding, subjectKey } from '@/lib/domain/anomaly/finding';
import { recordChange } from '../change';
import type { ControlContext, Transaction } from '../context';
import { storableText } from '../storable';
import { readSettings } from './settings-of';

export type RaiseContext = Pick<ControlContext, 'prisma' | 'now' | 'services'>;

/** What the change log names where nobody acted. */
const BY_ITSELF = { kind: 'system', id: 'anomaly', name: 'Anomaly control' };
const DAY = 86_400_000;

export interface Raised {
  readonly alert: string;
  /** The alert is new. */
  readonly opened: boolean;
  /** A restriction began now. */
  readonly restricted: boolean;
}

/**
 * Opens an alert, or carries on the one that is open for the same condition, and does what its setting says. Whichever nodes
 * find the same thing at once: one alert, one restriction. null when the setting ignores it.
 */
export async function raiseFinding(ctx: RaiseContext, finding: Finding): Promise<Raised | null> {
  const { kind, subject } = finding;
  const key = subjectKey(kind, subject);
  return ctx.prisma.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('alerts'), hashtext(${key}))`;
      const held = settingFor(await readSettings(tx, [kind]), kind, {
        agentId: subject.agent.id,
        serverId: subject.server?.id ?? null,
        tool: subject.tool,
      });
      if (!held.enabled) return null;
      const setting: EffectiveSetting = finding.tellOnly ? { ...held, action: 'alert' } : held;
      const alert = (await carryOn(tx, ctx, key, finding, setting)) ?? (await open(tx, ctx, key, finding, setting));
      if (alert === null) return null;
      const restricted = setting.action !== 'alert' && (await restrict(tx, ctx, alert, finding, setting));
      return { alert: alert.id, opened: alert.opened, restricted };
    },
    { maxWait: 5_000, timeout: 10_000 },
  );
}

type Held = { readonly id: string; readonly opened: boolean; readonly openedAt: Date };

async function carryOn(tx: Transaction, ctx: RaiseContext, key: string, finding: Finding, setting: EffectiveSetting): Promise<Held | null> {
  const standing = await tx.alert.findFirst({ where: { subject: key, closedAt: null } });
  if (standing === null) return null;
  const began = standing.evidence as Record<string, string>;
  await tx.alert.update({
    where: { id: standing.id },
    data: {
      ...factsOf(finding),
      // The evidence reaches back to the beginning.
      evidence: { ...finding.evidence, from: began.from ?? finding.evidence.from ?? '' },
      lastSeenAt: ctx.now,
      ...(standing.action === setting.action ? {} : { action: setting.action }),
      // It outlasts its snooze: from now on people hear of it as of a new one (`tell_of_alert`).
      ...(standing.snoozedUntil !== null && standing.snoozedUntil <= ctx.now ? { snoozedUntil: null, snoozedBy: null } : {}),
    },
  });
  return { id: standing.id, opened: false, openedAt: standing.openedAt };
}

async function open(tx: Transaction, ctx: RaiseContext, key: string, finding: Finding, setting: EffectiveSetting): Promise<Held | null> {
  const { kind, subject } = finding;
  const last = await tx.alert.findFirst({ where: { subject: key }, orderBy: { id: 'desc' } });
  // It is new for a whole day, and was told of already.
  if (last !== null && (kind === 'first_use' || kind === 'new_shape') && ctx.now.getTime() - last.openedAt.getTime() < DAY) return null;
  const snoozed = last !== null && last.snoozedUntil !== null && last.snoozedUntil > ctx.now;
  const id = ctx.services.newId('alr');
  await tx.alert.create({
    data: {
      id,
      kind,
      subject: key,
      agentId: subject.agent.id,
      agentSlug: subject.agent.slug,
      serverId: subject.server?.id ?? null,
      serverSlug: subject.server?.slug ?? null,
      tool: subject.tool === null ? null : storableText(subject.tool),
      ...factsOf(finding),
      evidence: { ...finding.evidence },
      action: setting.action,
      openedAt: ctx.now,
      lastSeenAt: ctx.now,
      // Whoever snoozed the condition did not want to hear of it when it comes again either.
      ...(snoozed ? { snoozedUntil: last.snoozedUntil, snoozedBy: last.snoozedBy } : {}),
    },
  });
  return { id, opened: true, openedAt: ctx.now };
}

/**
 * Pauses the agent, or has people asked about its calls, unless that stands already. What a person has lifted does not come
 * back for anything that had begun by then: it lies open before whoever lifts. Identical calls are counted from zero after lifting, so more
 * of them are a new reason.
 */
async function restrict(tx: Transaction, ctx: RaiseContext, alert: Held, finding: Finding, setting: EffectiveSetting): Promise<boolean> {
  const { kind, subject } = finding;
  const mode = setting.action === 'pause' ? 'pause' : 'approval';
  const place =
    mode === 'approval' && subject.server !== null && subject.tool !== null
      ? { serverId: subject.server.id, tool: subject.tool }
      : { serverId: null, tool: null };
  const now = ctx.now;
  const standing = await tx.agentRestriction.findFirst({
    where: {
      agentId: subject.agent.id,
      mode,
      ...place,
      OR: [{ liftedAt: null, untilAt: { gt: now } }, ...(countsAnew(kind) ? [] : [{ liftedAt: { gte: alert.openedAt } }])],
    },
  });
  if (standing !== null) return false;
  const untilAt = new Date(now.getTime() + setting.minutes * 60_000);
  await tx.agentRestriction.create({
    data: {
      id: ctx.services.newId('rst'),
      agentId: subject.agent.id,
      agentSlug: subject.agent.slug,
      mode,
      ...place,
      serverSlug: place.serverId === null ? null : (subject.server?.slug ?? null),
      kind,
      alertId: alert.id,
      explanation: storableText(finding.explanation),
      startedAt: now,
      untilAt,
    },
  });
  await recordChange(
    tx,
    { actor: BY_ITSELF, requestId: 'anomaly', now, services: ctx.services },
    {
      action: mode === 'pause' ? 'agent.pause' : 'agent.ask',
      entity: 'agent',
      entityId: subject.agent.id,
      entityName: subject.agent.slug,
      after: { until: untilAt, because: finding.explanation, kind: KINDS[kind].name, alert: alert.id },
    },
  );
  return true;
}

const countsAnew = (kind: AnomalyKind): boolean => kind === 'loop' || kind === 'repeated_read';

function factsOf({ explanation, observed, usual, threshold, band }: Finding) {
  return { explanation: storableText(explanation), observed, usual, threshold, band };
}

/** Ends alerts whose condition was not seen for the time of their kind. Any node may do it at any time. */
export async function closeQuietAlerts({ prisma, now }: Pick<RaiseContext, 'prisma' | 'now'>): Promise<number> {
  let closed = 0;
  for (const [kind, { quietMs }] of Object.entries(KINDS)) {
    const { count } = await prisma.alert.updateMany({
      where: { kind, closedAt: null, lastSeenAt: { lt: new Date(now.getTime() - quietMs) } },
      data: { closedAt: now, closedBecause: 'not seen any more' },
    });
    closed += count;
  }
  return closed;
}
