import { change, recordChange } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { addUser } from '../members/create-member';
import { memberAnswer } from '../members/member-answer';
import { checkPassword } from '../members/password-rules';
import { attemptSucceeded, takeAttempt } from '../throttle';
import type { completeSetup as contract } from './contract';
import { dropSetupCode, isSetupCode, lockSetup, setupNeeded } from './setup-code';

const DONE = 'The first administrator exists already. Sign in, or ask an admin to add you.';

/** Makes the first administrator once, with the code that the start printed. */
export async function completeSetup(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  if (!(await setupNeeded(ctx.prisma))) throw new ControlError(409, 'setup.done', DONE);
  checkPassword(body.password, body);
  const source = `setup:${ctx.sourceIp}`;
  await takeAttempt(ctx.prisma, [source]);
  const passwordHash = await ctx.services.passwords.hash(body.password);
  const row = await change(ctx, async (tx, record) => {
    await lockSetup(tx);
    if (!(await setupNeeded(tx))) throw new ControlError(409, 'setup.done', DONE);
    if (!(await isSetupCode(tx, body.code))) {
      throw new ControlError(
        403,
        'setup.code',
        'The one-time code is not right. It was printed by the latest start; restart to get a new one.',
        [{ path: '/code', message: 'not the code' }],
      );
    }
    await dropSetupCode(tx);
    return addUser(ctx, tx, record, { email: body.email, name: body.name, role: 'admin', passwordHash }, 'setup.complete');
  });
  await attemptSucceeded(ctx.prisma, source, source);
  return memberAnswer(row);
}

/** Makes the first administrator from the environment; does nothing when anybody can sign in already. */
export async function createFirstAdmin(
  ctx: ControlContext,
  admin: { readonly email: string; readonly password: string },
): Promise<boolean> {
  if (!(await setupNeeded(ctx.prisma))) return false;
  const passwordHash = await ctx.services.passwords.hash(admin.password);
  return ctx.prisma.$transaction(async (tx) => {
    await lockSetup(tx);
    if (!(await setupNeeded(tx))) return false;
    await dropSetupCode(tx);
    const record = (facts: Parameters<typeof recordChange>[2]) => recordChange(tx, ctx, facts);
    await addUser(
      ctx,
      tx,
      record,
      { email: admin.email, name: admin.email.split('@')[0] ?? admin.email, role: 'admin', passwordHash },
      'setup.environment',
    );
    return true;
  });
}
