import { mayRole, ROLE_NAMES, rolesWith } from '@/lib/domain/roles';
import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { confirmPassword } from '../me/confirm-password';
import { storableText } from '../storable';
import type { setKillSwitch as contract } from './contract';
import { type KillSwitchRow, killSwitchAnswer } from './kill-switch-answer';
import { type KillTarget, readKillTarget } from './kill-target';

type Answer = AnswerOf<typeof contract>;
type Body = VerbInput<typeof contract>['body'];

/** Stopping is easy and opening is not: whoever may engage gives a reason, and lifting asks for more. */
export async function setKillSwitch(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<Answer> {
  return body.engaged ? engage(ctx, body) : lift(ctx, body);
}

/** Engaging what is engaged already changes nothing, and is recorded as what somebody wanted. */
async function engage(ctx: ControlContext, body: Body): Promise<Answer> {
  const target = await readKillTarget(ctx.prisma, body.scope, body.target);
  const row = await change(ctx, async (tx, record) => {
    await lockSwitches(tx);
    const standing = await findEngaged(tx, target);
    const now = standing ?? (await start(tx, ctx, target, storableText(body.reason)));
    await record({
      action: 'kill_switch.engage',
      entity: 'kill_switch',
      entityId: now.id,
      entityName: target.label,
      before: { engaged: standing !== null },
      after: { engaged: true, scope: target.scope, reason: body.reason, approvalsWithdrawn: now.approvalsWithdrawn },
    });
    return now;
  });
  return killSwitchAnswer(row);
}

async function lift(ctx: ControlContext, body: Body): Promise<Answer> {
  await requireLifter(ctx, body);
  const row = await change(ctx, async (tx, record) => {
    await lockSwitches(tx);
    const standing = await findNamed(tx, body);
    if (standing === null) throw notEngaged();
    requireConfirmation(ctx, standing, body);
    const lifted = await tx.killSwitch.update({
      where: { id: standing.id },
      data: { liftedAt: ctx.now, liftedBy: ctx.actor.name, liftReason: storableText(body.reason) },
    });
    await record({
      action: 'kill_switch.lift',
      entity: 'kill_switch',
      entityId: standing.id,
      entityName: standing.label,
      before: { engaged: true, scope: standing.scope, reason: standing.reason },
      after: { engaged: false, reason: body.reason },
    });
    return lifted;
  });
  return killSwitchAnswer(row);
}

/** So that two people who act at once see each other's switch. */
async function lockSwitches(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('kill_switches'))`;
}

function findEngaged(tx: Transaction, { scope, serverId, agentId, tool }: KillTarget): Promise<KillSwitchRow | null> {
  return tx.killSwitch.findFirst({ where: { scope, serverId, agentId, tool, liftedAt: null } });
}

/** By what the switch itself says first: what it stops may be renamed or deleted by now. */
async function findNamed(tx: Transaction, body: Body): Promise<KillSwitchRow | null> {
  const engaged = await tx.killSwitch.findMany({ where: { scope: body.scope, liftedAt: null } });
  const named = engaged.find((row) => body.scope === 'all' || row.label === body.target || killSwitchAnswer(row).target === body.target);
  if (named !== undefined) return named;
  return findEngaged(tx, await readKillTarget(tx, body.scope, body.target));
}

async function start(tx: Transaction, ctx: ControlContext, target: KillTarget, reason: string): Promise<KillSwitchRow> {
  const approvalsWithdrawn = await withdrawApprovals(tx, target);
  return tx.killSwitch.create({
    data: { id: ctx.services.newId('kil'), ...target, reason, engagedAt: ctx.now, engagedBy: ctx.actor.name, approvalsWithdrawn },
  });
}

/** Nobody is asked about what is stopped, and no consent given before outlives it. */
function withdrawApprovals(tx: Transaction, { scope, serverId, agentId, tool }: KillTarget): Promise<number> {
  return tx.$executeRaw`
    UPDATE approvals SET status = 'withdrawn' WHERE status IN ('pending', 'approved')
      AND (${scope} = 'all' OR (${scope} = 'agent' AND agent_id = ${agentId})
        OR (${scope} = 'server' AND server_id = ${serverId})
        OR (${scope} = 'tool' AND server_id = ${serverId} AND (tool = ${tool} OR inner_tool = ${tool})))`;
}

async function requireLifter(ctx: ControlContext, body: Body): Promise<void> {
  const { actor } = ctx;
  if (actor.role === null || !mayRole(actor.role, 'kill.lift')) {
    const who = rolesWith('kill.lift').map((role) => ROLE_NAMES[role]);
    throw new ControlError(403, 'auth.forbidden', `Lifting the kill switch needs the role ${who.join(' or ')}. Ask someone who has it.`);
  }
  if (actor.kind !== 'user') return;
  if (body.password === undefined) {
    const message = 'give your password again to lift a kill switch';
    throw new ControlError(422, 'kill_switch.password', 'Lifting opens again what somebody stopped, so it asks for your password.', [
      { path: '/password', message },
    ]);
  }
  await confirmPassword(ctx, actor, body.password, '/password');
}

/** A script says what it means with `target`; a person types it. */
function requireConfirmation(ctx: ControlContext, { label }: KillSwitchRow, body: Body): void {
  if (ctx.actor.kind !== 'user' || body.confirm === label) return;
  throw new ControlError(422, 'kill_switch.confirm', `Type ${label} to confirm what is lifted.`, [
    { path: '/confirm', message: `must be ${label}` },
  ]);
}

function notEngaged(): ControlError {
  return new ControlError(409, 'kill_switch.not_engaged', 'This kill switch is not engaged; perhaps somebody else has just lifted it.');
}
