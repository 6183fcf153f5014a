import type { EventOutcome } from '@/lib/domain/audit-event';
import { monthLockName } from '@/lib/domain/trail/month-lock';
import { idTimeMs } from '@/lib/kernel/ids';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { storableText } from '../storable';
import type { reconcileEvent as contract } from './contract';

/**
 * A person says how a call of unknown outcome ended: one more row in the chain and one in the changes; nothing that was written is
 * touched. Throws 409 when the outcome is known or the month of the call is being removed, and 503 when the ledger did not confirm the row.
 */
export async function reconcileEvent(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const atMs = idTimeMs(params.event, 'evt');
  if (atMs === null) throw notFound('event', params.event);
  const at = new Date(atMs);
  const note = storableText(body.note);
  await change(ctx, async (tx, record) => {
    // Two people who reconcile the same call at once must not both be heard.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`reconcile ${params.event}`}, 0))`;
    await keepMonth(tx, at);
    const event = await tx.auditEvent.findFirst({ where: { id: params.event, at }, select: { serverSlug: true, tool: true } });
    if (event === null) throw notFound('event', params.event);
    await requireUnknown(tx, params.event, at);
    await record({
      action: 'event.reconcile',
      entity: 'event',
      entityId: params.event,
      entityName: [event.serverSlug, event.tool].filter(Boolean).join('/') || null,
      before: { outcome: 'unknown' },
      after: { outcome: body.outcome, note },
    });
    const settled = await ctx.services.trail.settle({
      event: params.event,
      outcome: body.outcome satisfies EventOutcome,
      httpStatus: null,
      upstreamMs: null,
      gatewayMs: null,
      resultBytes: null,
      note: `Reconciled by ${ctx.actor.name}: ${note}`,
    });
    if (!settled)
      throw new ControlError(
        503,
        'audit.unavailable',
        'The audit trail did not confirm the row. Look at the call again before you repeat this.',
      );
  });
  return { event: params.event, outcome: body.outcome, by: ctx.actor.name, note };
}

/** Keeps retention from the month of the call until this transaction ends. Throws 409 when it is at it already. */
async function keepMonth(tx: Transaction, at: Date): Promise<void> {
  const name = monthLockName(at.toISOString().slice(0, 7));
  const [row] = await tx.$queryRaw<{ locked: boolean }[]>`SELECT pg_try_advisory_xact_lock_shared(hashtextextended(${name}, 0)) AS locked`;
  if (row?.locked !== true)
    throw new ControlError(
      409,
      'event.leaving',
      'The month of this call is being removed by retention. Look whether the call is still there.',
    );
}

async function requireUnknown(tx: Transaction, event: string, at: Date): Promise<void> {
  const latest = await tx.auditOutcome.findFirst({
    where: { eventId: event, eventAt: at },
    orderBy: [{ at: 'desc' }, { writer: 'desc' }, { seq: 'desc' }],
    select: { outcome: true },
  });
  if (latest?.outcome === 'unknown') return;
  const why = latest === null ? 'The call has no outcome yet, or was never sent.' : `The outcome of the call is known: ${latest.outcome}.`;
  throw new ControlError(409, 'event.not_unknown', `${why} Only calls of unknown outcome can be reconciled.`);
}
