import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateServer } from '../locate';
import type { getServer as contract } from './contract';
import { serverAnswer } from './server-answer';

export async function getServer(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const { id } = await locateServer(ctx.prisma, params.server);
  return serverAnswer(ctx.prisma, ctx, id);
}
