import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import { storableText } from '../storable';
import { type AlertRow, alertAnswer, readAlert } from './alert-answer';
import type { acknowledgeAlert as acknowledgeContract, snoozeAlert as snoozeContract } from './contract';
import { readSettings } from './settings-of';

/** The first who looks after it is kept; a second one has nothing to add. */
export async function acknowledgeAlert(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof acknowledgeContract>,
): Promise<AnswerOf<typeof acknowledgeContract>> {
  return handle(ctx, params.alert, 'alert.acknowledge', async (tx, row) => {
    if (row.acknowledgedAt !== null)
      throw new ControlError(409, 'alert.acknowledged', `${row.acknowledgedBy ?? 'Somebody'} has acknowledged it already.`);
    const note = body.note === undefined ? null : storableText(body.note);
    await tx.alert.update({
      where: { id: row.id },
      data: { acknowledgedAt: ctx.now, acknowledgedBy: ctx.actor.name, acknowledgedNote: note, snoozedUntil: null, snoozedBy: null },
    });
    return { note };
  });
}

export async function snoozeAlert(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof snoozeContract>,
): Promise<AnswerOf<typeof snoozeContract>> {
  return handle(ctx, params.alert, 'alert.snooze', async (tx, row) => {
    const until = new Date(ctx.now.getTime() + body.minutes * 60_000);
    await tx.alert.update({ where: { id: row.id }, data: { snoozedUntil: until, snoozedBy: ctx.actor.name } });
    return { snoozedUntil: until };
  });
}

/** One entry of the change log in the transaction of what was done; 409 when the condition is over. */
async function handle(
  ctx: ControlContext,
  id: string,
  action: string,
  work: (tx: Transaction, row: AlertRow) => Promise<object>,
): Promise<AnswerOf<typeof acknowledgeContract>> {
  const row = await change(ctx, async (tx, record) => {
    await lockRow(tx, 'alert', id);
    const before = await readAlert(tx, id);
    if (before.closedAt !== null) throw new ControlError(409, 'alert.closed', 'The alert has closed: what it was about is over.');
    const after = await work(tx, before);
    await record({ action, entity: 'alert', entityId: id, entityName: alertName(before), before: { kind: before.kind }, after });
    return readAlert(tx, id);
  });
  return alertAnswer(row, await readSettings(ctx.prisma), ctx.now);
}

/** What the change log calls an alert. */
export const alertName = ({ agentSlug, serverSlug, tool }: Pick<AlertRow, 'agentSlug' | 'serverSlug' | 'tool'>): string =>
  tool === null ? agentSlug : `${agentSlug} · ${serverSlug ?? '?'}/${tool}`;
