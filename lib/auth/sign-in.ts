import { recordChange } from '@/lib/control/change';
import { type Actor, ANONYMOUS, type Anonymous } from '@/lib/control/context';
import { ControlError } from '@/lib/control/control-error';
import { attemptSucceeded, takeAttempt } from '@/lib/control/throttle';
import type { Role } from '@/lib/domain/roles';
import type { AuthDeps, SignedIn, SignInRequest } from './auth';
import { createSession, deleteDeadSessions, hashReference, isReference } from './sessions';

/** Checks a password and opens a session. Unknown, disabled and mistyped take the same time and get the same answer. */
export async function signIn(deps: AuthDeps, request: SignInRequest): Promise<SignedIn> {
  const { prisma, passwords } = deps;
  const email = request.email.trim().toLowerCase().slice(0, 254).replaceAll('\u0000', '');
  const accountKey = `account:${email}`;
  const sourceKey = request.source === null ? null : `source:${request.source}`;
  await takeAttempt(prisma, sourceKey === null ? [accountKey] : [accountKey, sourceKey]);
  const [user] = await prisma.user.findMany({ where: { email: { equals: escapeLike(email), mode: 'insensitive' } }, take: 1 });
  const isRight = user ? await passwords.verify(user.passwordHash, request.password) : await passwords.verifyNothing(request.password);
  if (!user || !isRight || user.status !== 'active') {
    await prisma.$transaction((tx) =>
      recordChange(tx, acting(deps, ANONYMOUS), {
        action: 'sign_in.failed',
        entity: 'member',
        entityId: user?.id ?? 'unknown',
        entityName: user?.email ?? null,
        after: { source: request.source },
      }),
    );
    throw new ControlError(401, 'auth.invalid', 'E-mail or password is not right, or the account is disabled.');
  }
  await attemptSucceeded(prisma, accountKey, sourceKey ?? accountKey);
  const rehashed = passwords.isOutdated(user.passwordHash) ? await passwords.hash(request.password) : null;
  const now = deps.now();
  const id = deps.services.newId('ses');
  const actor: Actor = { kind: 'user', id: user.id, name: user.name, role: user.role as Role, sessionId: id };
  const reference = await prisma.$transaction(async (tx) => {
    await deleteDeadSessions(tx, now);
    await tx.user.update({ where: { id: user.id }, data: { lastSeenAt: now, ...(rehashed === null ? {} : { passwordHash: rehashed }) } });
    const made = await createSession(tx, { id, userId: user.id, userAgent: request.userAgent, ip: request.source, now });
    await recordChange(tx, acting(deps, actor), {
      action: 'sign_in',
      entity: 'member',
      entityId: user.id,
      entityName: user.email,
      after: { session: id, source: request.source },
    });
    return made;
  });
  return { user: { id: user.id, email: user.email, name: user.name, role: user.role as Role }, reference };
}

export async function signOut(deps: AuthDeps, reference: string): Promise<void> {
  if (!isReference(reference)) return;
  const row = await deps.prisma.session.findUnique({ where: { tokenHash: hashReference(reference) }, include: { user: true } });
  if (!row) return;
  const actor: Actor = { kind: 'user', id: row.user.id, name: row.user.name, role: row.user.role as Role, sessionId: row.id };
  await deps.prisma.$transaction(async (tx) => {
    await tx.session.deleteMany({ where: { id: row.id } });
    await recordChange(tx, acting(deps, actor), {
      action: 'sign_out',
      entity: 'member',
      entityId: row.user.id,
      entityName: row.user.email,
      before: { session: row.id },
    });
  });
}

function acting(deps: AuthDeps, actor: Actor | Anonymous) {
  return { actor, now: deps.now(), requestId: deps.services.newId('req'), services: deps.services };
}

/** Case-insensitive equality is ILIKE underneath. */
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (char) => `\\${char}`);
