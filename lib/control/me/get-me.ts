import { mayRole, PERMISSIONS } from '@/lib/domain/roles';
import type { ControlContext } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { getMe as contract } from './contract';

export async function getMe(ctx: ControlContext): Promise<AnswerOf<typeof contract>> {
  const { actor } = ctx;
  if (actor.kind === 'anonymous') throw new ControlError(401, 'auth.required', 'Sign in first.');
  const user = actor.kind === 'user' ? await ctx.prisma.user.findUnique({ where: { id: actor.id }, select: { email: true } }) : null;
  return {
    kind: actor.kind,
    id: actor.id,
    name: actor.name,
    email: user?.email ?? null,
    role: actor.role,
    permissions: PERMISSIONS.filter((permission) => mayRole(actor.role, permission)),
    publicUrl: ctx.services.publicUrl,
    allowStdio: ctx.services.allowStdio,
    serverTime: ctx.now.toISOString(),
  };
}
