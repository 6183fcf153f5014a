import type { Role } from '@/lib/domain/roles';
import { change, type RecordChange } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError, isUniqueViolation } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { createMember as contract } from './contract';
import { memberAnswer, recordedMember, type UserRow } from './member-answer';
import { checkPassword } from './password-rules';

export async function createMember(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  checkPassword(body.password, body);
  const passwordHash = await ctx.services.passwords.hash(body.password);
  try {
    return memberAnswer(await change(ctx, (tx, record) => addUser(ctx, tx, record, { ...body, passwordHash }, 'member.create')));
  } catch (error) {
    if (isUniqueIndexViolation(error)) {
      throw new ControlError(409, 'member.email_taken', `There is already a member with the address \`${body.email}\`.`, [
        { path: '/email', message: 'already used' },
      ]);
    }
    throw error;
  }
}

export interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly passwordHash: string;
}

/** Adds a person inside the caller's transaction; the set-up uses it for the first one. */
export async function addUser(
  ctx: Pick<ControlContext, 'services' | 'now'>,
  tx: Transaction,
  record: RecordChange,
  user: NewUser,
  action: string,
): Promise<UserRow> {
  const { email, name, role, passwordHash } = user;
  const row = await tx.user.create({
    data: { id: ctx.services.newId('usr'), email: email.toLowerCase(), name, role, passwordHash, createdAt: ctx.now },
  });
  await record({ action, entity: 'member', entityId: row.id, entityName: row.email, after: recordedMember(row) });
  return row;
}

/** The unique index is on lower(email), an expression that Prisma does not know: the driver's code is inside its error. */
function isUniqueIndexViolation(error: unknown): boolean {
  return isUniqueViolation(error) || (error instanceof Error && /23505|users_email_key|[Uu]nique constraint/.test(error.message));
}
