import { type AnomalyKind, KINDS } from '@/lib/domain/anomaly/anomaly-kinds';
import type { AnomalySetting, SettingSubject } from '@/lib/domain/anomaly/anomaly-settings';
import { settingFor } from '@/lib/domain/anomaly/anomaly-settings';
import type { RecordChange } from '../change';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import { storableText } from '../storable';
import { alertAnswer, readAlert } from './alert-answer';
import type { TUNE_SCOPES, tuneAlert as tuneContract } from './contract';
import { alertName } from './handle-alert';
import { readSettings } from './settings-of';

export type Tuning = Partial<Pick<AnomalySetting, 'enabled' | 'threshold' | 'action' | 'minutes'>>;

/** What the alert would not have been under the new setting closes with it. */
export async function tuneAlert(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof tuneContract>,
): Promise<AnswerOf<typeof tuneContract>> {
  const { for: scope, reason, ...tuning } = body;
  const row = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'alert', params.alert);
    const alert = await readAlert(tx, params.alert);
    const kind = alert.kind as AnomalyKind;
    await writeSetting(tx, ctx, record, { kind, subject: subjectOf(alert, scope), name: nameOf(alert, scope), tuning, reason });
    const held = settingFor(await readSettings(tx, [kind]), kind, alert);
    if (alert.closedAt === null && !held.enabled)
      await tx.alert.update({ where: { id: alert.id }, data: { closedAt: ctx.now, closedBecause: `ignored by ${ctx.actor.name}` } });
    return readAlert(tx, alert.id);
  });
  return alertAnswer(row, await readSettings(ctx.prisma), ctx.now);
}

/** Writes one setting, or removes it when it says nothing any more; one entry of the change log. */
export async function writeSetting(
  tx: Transaction,
  ctx: ControlContext,
  record: RecordChange,
  what: { kind: AnomalyKind; subject: SettingSubject; name: string; tuning: Tuning; reason: string },
): Promise<void> {
  const { kind, subject, tuning } = what;
  checkTuning(kind, tuning);
  // Two people who tune the same thing see each other's setting.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('anomaly_settings'))`;
  const before = await tx.anomalySetting.findFirst({ where: { kind, ...subject } });
  const old = {
    enabled: before?.enabled ?? null,
    threshold: before?.threshold ?? null,
    action: before?.action ?? null,
    minutes: before?.minutes ?? null,
  };
  const given = Object.fromEntries(Object.entries(tuning).filter(([, value]) => value !== undefined)) as Tuning;
  const next = { ...old, ...given };
  const says = Object.values(next).some((value) => value !== null);
  const written = { ...next, reason: storableText(what.reason), updatedAt: ctx.now, updatedBy: ctx.actor.name };
  const id = before?.id ?? ctx.services.newId('ans');
  if (before === null && says) await tx.anomalySetting.create({ data: { id, kind, ...subject, ...written } });
  else if (before !== null && says) await tx.anomalySetting.update({ where: { id }, data: written });
  else if (before !== null) await tx.anomalySetting.delete({ where: { id } });
  await record({
    action: 'anomaly.tune',
    entity: 'anomaly_setting',
    entityId: id,
    entityName: `${KINDS[kind].name}: ${what.name}`,
    before: before === null ? undefined : old,
    after: { ...next, reason: what.reason },
  });
}

function checkTuning(kind: AnomalyKind, { threshold }: Tuning): void {
  const { thresholdMin, thresholdMax, unit } = KINDS[kind];
  if (threshold === null || threshold === undefined || (threshold >= thresholdMin && threshold <= thresholdMax)) return;
  const message = `from ${thresholdMin} to ${thresholdMax} ${unit}`;
  throw new ControlError(422, 'anomaly.threshold', `The threshold has to be ${message}.`, [{ path: '/threshold', message }]);
}

type Scope = (typeof TUNE_SCOPES)[number];
type About = Awaited<ReturnType<typeof readAlert>>;

function subjectOf(alert: About, scope: Scope): SettingSubject {
  const needsTool = scope === 'agent_tool' || scope === 'tool';
  if (needsTool && (alert.tool === null || alert.serverId === null))
    throw new ControlError(422, 'alert.no_tool', 'The alert is about the agent as a whole, so there is no tool to tune.', [
      { path: '/for', message: 'use agent or everybody' },
    ]);
  return {
    agentId: scope === 'agent' || scope === 'agent_tool' ? alert.agentId : null,
    serverId: needsTool ? alert.serverId : null,
    tool: needsTool ? alert.tool : null,
  };
}

function nameOf(alert: About, scope: Scope): string {
  if (scope === 'everybody') return 'everybody';
  if (scope === 'agent') return alert.agentSlug;
  return scope === 'tool' ? `${alert.serverSlug}/${alert.tool}` : alertName(alert);
}
