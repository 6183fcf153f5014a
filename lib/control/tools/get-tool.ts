import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateServer, locateTool } from '../locate';
import type { getTool as contract } from './contract';
import { toolAnswer } from './tool-answer';

export async function getTool(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const server = await locateServer(ctx.prisma, params.server);
  const row = await locateTool(ctx.prisma, server.id, params.tool);
  return { ...toolAnswer(row, server.slug), definition: row.definition as AnswerOf<typeof contract>['definition'] };
}
