import type { Actor, ControlContext } from '../context';
import { ControlError } from '../control-error';
import { attemptSucceeded, takeAttempt } from '../throttle';

/** Throws 422 unless this is the password of the person who acts; attempts are bounded like those of a sign-in. */
export async function confirmPassword(ctx: ControlContext, person: Actor, password: string, path: string): Promise<void> {
  const user = await ctx.prisma.user.findUniqueOrThrow({ where: { id: person.id } });
  const bucket = `password:${user.id}`;
  await takeAttempt(ctx.prisma, [bucket]);
  if (!(await ctx.services.passwords.verify(user.passwordHash, password))) {
    throw new ControlError(422, 'me.password', 'The current password is not right.', [{ path, message: 'not right' }]);
  }
  await attemptSucceeded(ctx.prisma, bucket, bucket);
}
