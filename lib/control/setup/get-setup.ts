import type { ControlContext } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getSetup as contract } from './contract';
import { setupNeeded } from './setup-code';

type Steps = NonNullable<AnswerOf<typeof contract>['steps']>;

export async function getSetup(ctx: ControlContext): Promise<AnswerOf<typeof contract>> {
  return { needed: await setupNeeded(ctx.prisma), steps: ctx.actor.role === null ? null : await stepsOf(ctx) };
}

/** How far the way to the first enforced call is. */
async function stepsOf(ctx: ControlContext): Promise<Steps> {
  const [steps] = await ctx.prisma.$queryRaw<Steps[]>`
    SELECT EXISTS (SELECT 1 FROM servers) AS server,
           EXISTS (SELECT 1 FROM tools WHERE removed_at IS NULL) AS tools,
           EXISTS (SELECT 1 FROM policies WHERE live_version IS NOT NULL) AS policy,
           EXISTS (SELECT 1 FROM grants) AS "grant",
           EXISTS (SELECT 1 FROM audit_events WHERE decision = 'allowed') AS connected,
           EXISTS (SELECT 1 FROM audit_events WHERE decision IN ('denied', 'hidden', 'limited', 'needs_approval')) AS enforced`;
  return steps as Steps;
}
