import { historyBucket } from '@/lib/domain/counters/counter-history';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { resetLimit as contract } from './contract';
import { readLimit } from './get-limit';
import { counterName, type LockedCounter, lockCounter } from './lock-counter';

/** Under the counter's lock, so that every call is counted before it or after it. */
export async function resetLimit(ctx: ControlContext, { params, body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  await change(ctx, async (tx, record) => {
    const counter = await lockCounter(tx, params.key);
    if (counter.over) throw new ControlError(409, 'limit.over', 'The window is over: the next call starts from 0 without a reset.');
    await remember(tx, counter);
    await setBack(tx, counter);
    await record({
      action: 'limit.reset',
      entity: 'limit',
      entityId: counter.key,
      entityName: counterName(counter),
      before: { used: counter.used, max: counter.raise?.to ?? counter.max },
      after: { used: 0, rule: counter.rule, reason: body.reason },
    });
  });
  ctx.services.events.publish('limit', { action: 'reset', key: params.key });
  return readLimit(ctx.prisma, params.key);
}

/**
 * What was charged before must not be given back to what is charged after. A calendar window therefore starts anew where
 * it was set back, and a sliding log keeps an entry of nothing there: refunds look for both.
 */
async function setBack(tx: Transaction, { key, sliding }: LockedCounter): Promise<void> {
  if (!sliding) {
    await tx.$executeRaw`
      UPDATE counters SET used = 0, window_start = greatest(clock_timestamp(), window_start + interval '1 ms') WHERE key = ${key}`;
    return;
  }
  await tx.$executeRaw`
    UPDATE counters SET used = 0, log = jsonb_build_array(jsonb_build_array(
      greatest(floor(extract(epoch FROM clock_timestamp()) * 1000), coalesce((log -> -1 ->> 0)::numeric, 0)), 0)) WHERE key = ${key}`;
}

/** Into the history, as a window that ended here. */
async function remember(tx: Transaction, { key, used, max, sliding, now }: LockedCounter): Promise<void> {
  if (used === 0) return;
  const row = await tx.counter.findUniqueOrThrow({ where: { key }, select: { windowStart: true } });
  const startMs = sliding ? now.getTime() : row.windowStart.getTime();
  const bucket = historyBucket(startMs, now.getTime());
  await tx.$executeRaw`
    INSERT INTO counter_windows AS h (key, starts_at, ends_at, peak, max)
    VALUES (${key}, ${new Date(bucket.startMs)}, ${new Date(bucket.endMs)}, ${used}::float8, ${max}::float8)
    ON CONFLICT (key, starts_at) DO UPDATE SET peak = greatest(h.peak, excluded.peak)`;
}
