import { RAISE_FACTOR_MAX } from '@/lib/domain/counters/counter-raise';
import { mayRole } from '@/lib/domain/roles';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { liveTextOf } from '../policies/live-text';
import { secondPersonBecause } from '../policies/policy-guards';
import { storableText } from '../storable';
import type { raiseLimit as contract, revokeRaise as revokeContract } from './contract';
import { endRaise } from './end-raises';
import { readLimit } from './get-limit';
import { counterName, type LockedCounter, lockCounter } from './lock-counter';
import { limitsIn, maxOf } from './rule-limit';

type Body = VerbInput<typeof contract>['body'];

/**
 * Lets more through one counter until a time. The raise is written into the row that every admission locks, so it holds
 * for the call after this transaction and for none before.
 */
export async function raiseLimit(ctx: ControlContext, { params, body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  await change(ctx, async (tx, record) => {
    const counter = await lockCounter(tx, params.key);
    requireShown(counter, body);
    requireSize(counter, body.to);
    const version = await requireLiveRule(tx, ctx, counter);
    if (counter.raise !== null) await endRaise(tx, counter.key, counter.raise.id, 'replaced', ctx.actor.name);
    const until = await write(tx, ctx, counter, version, body);
    await record({
      action: 'limit.raise',
      entity: 'limit',
      entityId: counter.key,
      entityName: counterName(counter),
      before: { max: counter.raise?.to ?? counter.max, used: counter.used },
      after: { max: body.to, rule: counter.rule, until, reason: body.reason },
    });
  });
  ctx.services.events.publish('limit', { action: 'raised', key: params.key });
  return readLimit(ctx.prisma, params.key);
}

/** The next call is measured by the rule again; what went over it stays counted. */
export async function revokeRaise(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof revokeContract>,
): Promise<AnswerOf<typeof revokeContract>> {
  await change(ctx, async (tx, record) => {
    const counter = await lockCounter(tx, params.key);
    const { raise } = counter;
    if (raise === null || !(await endRaise(tx, counter.key, raise.id, 'revoked', ctx.actor.name)))
      throw new ControlError(409, 'limit.not_raised', 'This limit is not raised any more: the rule’s own maximum holds already.');
    await record({
      action: 'limit.revoke_raise',
      entity: 'limit',
      entityId: counter.key,
      entityName: counterName(counter),
      before: { max: raise.to, until: new Date(raise.until) },
      after: { max: raise.from, reason: body.reason ?? null },
    });
  });
  ctx.services.events.publish('limit', { action: 'revoked', key: params.key });
  return readLimit(ctx.prisma, params.key);
}

function requireShown(counter: LockedCounter, { rule, from }: Body): void {
  if ((rule ?? counter.rule) === counter.rule && (from ?? counter.max) === counter.max) return;
  throw new ControlError(
    409,
    'limit.changed',
    `The counter follows ${counter.rule} with at most ${counter.max} now. Look again before raising it.`,
  );
}

function requireSize(counter: LockedCounter, to: number): void {
  if (to > counter.max && to <= counter.max * RAISE_FACTOR_MAX) return;
  const message =
    counter.max > 0
      ? `more than ${counter.max} and at most ${counter.max * RAISE_FACTOR_MAX}`
      : 'a limit of 0 is no limit to raise; change the rule';
  throw new ControlError(422, 'limit.size', `A limit is raised to ${message}. For more, change the rule and publish.`, [
    { path: '/to', message },
  ]);
}

/** The rule has to be the one that is live, and whoever raises it one who could publish that alone. Returns the version. */
async function requireLiveRule(tx: Transaction, ctx: ControlContext, counter: LockedCounter): Promise<number> {
  const policy = await tx.policy.findUnique({ where: { id: counter.policyId } });
  const live = policy === null ? null : limitsIn(await liveTextOf(tx, policy))(counter.rule);
  if (policy === null || policy.liveVersion === null || maxOf(live) !== counter.max)
    throw new ControlError(
      409,
      'limit.rule_changed',
      'The live policy does not have this limit any more. The counter follows the new rule with its next call.',
    );
  const because = secondPersonBecause(policy.secondPerson, { loosening: true, kind: 'rules' });
  if (because !== null && (ctx.actor.role === null || !mayRole(ctx.actor.role, 'policy.govern')))
    throw new ControlError(
      403,
      'limit.second_person',
      'Opening this policy takes a second person, so an administrator has to raise its limits. Ask one, or publish a change.',
    );
  return policy.liveVersion;
}

async function write(tx: Transaction, ctx: ControlContext, counter: LockedCounter, version: number, body: Body): Promise<Date> {
  const id = ctx.services.newId('rse');
  const by = ctx.actor.name;
  const [made] = await tx.$queryRaw<{ expires_at: Date }[]>`
    INSERT INTO limit_raises (id, counter_key, policy_id, policy_version, rule, max_from, max_to, reason, created_at, created_by, expires_at)
    SELECT ${id}, ${counter.key}, ${counter.policyId}, ${version}::int, ${counter.rule}, ${counter.max}::float8, ${body.to}::float8,
           ${storableText(body.reason)}, t.now, ${by}, t.now + ${body.minutes}::int * interval '1 minute'
      FROM (SELECT clock_timestamp()::timestamptz(3) AS now) t
    RETURNING expires_at`;
  if (!made) throw new Error('a raise was not written');
  const raise = JSON.stringify({ id, rule: counter.rule, from: counter.max, to: body.to, until: made.expires_at.getTime(), by });
  await tx.$executeRaw`UPDATE counters SET raise = ${raise}::jsonb WHERE key = ${counter.key}`;
  return made.expires_at;
}
