import type { ControlContext } from '@/lib/control/context';
import { ControlError } from '@/lib/control/control-error';
import { sha256Hex } from '@/lib/kernel/digest';
import { jsonResponse } from './api-errors';

interface Outcome {
  readonly status: number;
  readonly value: unknown;
}

const KEPT_HOURS = 24;

/**
 * Performs a write once for an `Idempotency-Key` of this actor; who repeats it within 24 hours gets the first answer again.
 * The answer may hold a token that is shown once, so it is kept sealed. A refused write changed nothing and is forgotten;
 * one that ended without an answer stays taken, because it may have happened: 409.
 */
export async function onlyOnce(
  ctx: ControlContext,
  request: { readonly key: string; readonly request: string },
  perform: () => Promise<Outcome>,
): Promise<Response> {
  const { key } = request;
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw new ControlError(400, 'idempotency.key', 'An Idempotency-Key is 1 to 200 visible ASCII characters without spaces.', [
      { path: 'idempotency-key', message: 'malformed' },
    ]);
  const id = { actorId: ctx.actor.id, key };
  const requestSha256 = sha256Hex(request.request);
  await ctx.prisma
    .$executeRaw`DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - make_interval(hours => ${KEPT_HOURS}::int)`;
  const taken = await ctx.prisma.$executeRaw`
    INSERT INTO idempotency_keys (key, actor_id, request_sha256) VALUES (${key}, ${id.actorId}, ${requestSha256}) ON CONFLICT DO NOTHING`;
  if (taken === 0) return replay(ctx, id, requestSha256);
  let outcome: Outcome;
  try {
    outcome = await perform();
  } catch (error) {
    if (error instanceof ControlError && error.status < 500) await ctx.prisma.idempotencyKey.deleteMany({ where: id });
    throw error;
  }
  const sealed = ctx.services.envelope.seal(JSON.stringify(outcome.value ?? null), aad(id));
  await ctx.prisma.idempotencyKey.update({ where: { actorId_key: id }, data: { status: outcome.status, response: { sealed } } });
  return jsonResponse(outcome);
}

async function replay(ctx: ControlContext, id: { actorId: string; key: string }, requestSha256: string): Promise<Response> {
  const row = await ctx.prisma.idempotencyKey.findUnique({ where: { actorId_key: id } });
  if (row && row.requestSha256 !== requestSha256) {
    throw new ControlError(
      422,
      'idempotency.reused',
      'This Idempotency-Key was used for another request. Use a new key for a new request.',
      [{ path: 'idempotency-key', message: 'used before' }],
    );
  }
  if (!row || row.status === null) {
    throw new ControlError(
      409,
      'idempotency.open',
      'A request with this Idempotency-Key is under way, or ended without an answer. Wait, or look whether the change was made before repeating it with a new key.',
    );
  }
  const { sealed } = row.response as { sealed: string };
  return jsonResponse(
    { status: row.status, value: JSON.parse(ctx.services.envelope.open(sealed, aad(id))) as unknown },
    { 'idempotency-replayed': 'true' },
  );
}

const aad = (id: { actorId: string; key: string }): string => `idempotency_keys|${id.actorId} ${id.key}|response|1`;
