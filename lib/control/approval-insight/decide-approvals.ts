import { approveApproval, denyApproval } from '../approvals/decide-approval';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import type { decideApprovals as contract } from './contract';

/** Risks that several requests at once can be decided for: what can do real harm is looked at one by one. */
const RISKS_AT_ONCE: readonly string[] = ['low', 'medium'];

/** Several requests for the same tool, each decided as if alone; what cannot be decided is named and keeps the others from nothing. */
export async function decideApprovals(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const ids = [...new Set(body.requests.map(({ id }) => id))];
  const rows = await ctx.prisma.approval.findMany({
    where: { id: { in: ids } },
    select: { id: true, serverId: true, tool: true, innerTool: true, risk: true },
  });
  const missing = ids.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined) throw mixture(`There is no approval ${missing}.`);
  const risky = rows.find(({ risk }) => !RISKS_AT_ONCE.includes(risk));
  if (risky !== undefined) throw mixture(`A call of ${risky.risk} risk is decided by itself (${risky.id}).`);
  if (new Set(rows.map(({ serverId, tool, innerTool }) => JSON.stringify([serverId, tool, innerTool]))).size > 1)
    throw mixture('Only requests for one tool of one server are decided together.');
  const decided: AnswerOf<typeof contract>['decided'] = [];
  const refused: AnswerOf<typeof contract>['refused'] = [];
  for (const { id, digest } of body.requests) {
    try {
      const part = { digest, ...(body.reason ? { reason: body.reason } : {}) };
      const params = { approval: id };
      decided.push(
        body.verdict === 'approve'
          ? await approveApproval(ctx, { params, body: { ...part, for: 'once' } })
          : await denyApproval(ctx, { params, body: part }),
      );
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      refused.push({ id, code: error.code, message: error.message });
    }
  }
  if (decided.length === 0)
    throw new ControlError(
      409,
      'approval.none_decided',
      'None of the requests could be decided any more.',
      refused.map(({ id, message }) => ({ path: `/requests/${body.requests.findIndex((one) => one.id === id)}`, message })),
    );
  return { decided, refused };
}

const mixture = (message: string) => new ControlError(422, 'approval.mixture', message, [{ path: '/requests', message }]);
