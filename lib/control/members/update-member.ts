import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError, notFound } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import type { updateMember as contract } from './contract';
import { memberAnswer, recordedMember, type UserRow } from './member-answer';
import { settleAgents } from './offboarding';
import { checkPassword } from './password-rules';

/** Whoever's role, status or password changes signs in again: a session never outlives the rights it was made with. */
export async function updateMember(ctx: ControlContext, { params, body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const target = await ctx.prisma.user.findUnique({ where: { id: params.member } });
  if (!target) throw notFound('member', params.member);
  if (body.password !== undefined) checkPassword(body.password, { email: target.email, name: body.name ?? target.name });
  const passwordHash = body.password === undefined ? undefined : await ctx.services.passwords.hash(body.password);
  const row = await change(ctx, async (tx, record) => {
    await lockAdmins(tx);
    await lockRow(tx, 'user', target.id);
    const before = await tx.user.findUniqueOrThrow({ where: { id: target.id } });
    const role = body.role ?? before.role;
    const status = body.status ?? before.status;
    await keepOneAdmin(tx, before, role, status);
    const leaves = status === 'disabled' && before.status !== 'disabled';
    if (body.agents !== undefined && !leaves)
      throw new ControlError(
        422,
        'member.agents',
        '`agents` says what becomes of the agents of somebody who is disabled now. Leave it out here.',
        [{ path: '/agents', message: 'only together with status disabled' }],
      );
    const after = await tx.user.update({
      where: { id: before.id },
      data: {
        role,
        status,
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(passwordHash === undefined ? {} : { passwordHash }),
      },
    });
    const endsSessions = role !== before.role || status !== before.status || passwordHash !== undefined;
    const ended = endsSessions ? await tx.session.deleteMany({ where: { userId: before.id } }) : { count: 0 };
    const agents = leaves ? await settleAgents(tx, record, ctx, before, body.agents) : null;
    await record({
      action:
        status !== before.status
          ? status === 'disabled'
            ? 'member.disable'
            : 'member.enable'
          : role !== before.role
            ? 'member.role'
            : 'member.update',
      entity: 'member',
      entityId: before.id,
      entityName: before.email,
      before: recordedMember(before),
      after: {
        ...recordedMember(after),
        ...(passwordHash === undefined ? {} : { password: 'changed' }),
        sessionsEnded: ended.count,
        ...(agents === null ? {} : { agents }),
      },
    });
    return after;
  });
  return memberAnswer(row);
}

/** Two admins who demote each other at the same moment must not both succeed. */
async function lockAdmins(tx: Transaction): Promise<void> {
  await tx.$queryRaw`SELECT id FROM users WHERE role = 'admin' ORDER BY id FOR UPDATE`;
}

async function keepOneAdmin(tx: Transaction, before: UserRow, role: string, status: string): Promise<void> {
  if (before.role !== 'admin' || before.status !== 'active' || (role === 'admin' && status === 'active')) return;
  const others = await tx.user.count({ where: { role: 'admin', status: 'active', id: { not: before.id } } });
  if (others === 0)
    throw new ControlError(
      409,
      'member.last_admin',
      'This is the last active admin. Make another member an admin first; otherwise nobody could manage this installation.',
    );
}
