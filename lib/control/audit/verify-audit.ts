import type { ControlContext } from '../context';
import type { AnswerOf } from '../define-contract';
import type { verifyAudit as contract } from './contract';

export async function verifyAudit(ctx: ControlContext): Promise<AnswerOf<typeof contract>> {
  const verification = await ctx.services.verifyAudit();
  return { ...verification, problems: [...verification.problems], checkedAt: ctx.now.toISOString() };
}
