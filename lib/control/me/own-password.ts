import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { checkPassword } from '../members/password-rules';
import { confirmPassword } from './confirm-password';
import type { changeOwnPassword as contract } from './contract';
import { requirePerson } from './require-person';

/** Asks for the current password: a session left open must not become an account taken over. */
export async function changeOwnPassword(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const person = requirePerson(ctx);
  const user = await ctx.prisma.user.findUniqueOrThrow({ where: { id: person.id } });
  await confirmPassword(ctx, person, body.current, '/current');
  checkPassword(body.next, user, '/next');
  const passwordHash = await ctx.services.passwords.hash(body.next);
  const ended = await change(ctx, async (tx, record) => {
    await tx.user.update({ where: { id: user.id }, data: { passwordHash } });
    const { count } = await tx.session.deleteMany({ where: { userId: user.id, id: { not: person.sessionId ?? '' } } });
    await record({
      action: 'me.password',
      entity: 'member',
      entityId: user.id,
      entityName: user.email,
      after: { password: 'changed', sessionsEnded: count },
    });
    return count;
  });
  return { sessionsEnded: ended };
}
