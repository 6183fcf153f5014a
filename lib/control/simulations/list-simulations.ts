import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locatePolicy, locateServer } from '../locate';
import { decodeCursor, pageOf } from '../paging';
import type { listSimulations as many, getSimulation as one } from './contract';
import { findSimulations, listedSimulation, simulationAnswer } from './simulation-answer';

/** Newest first. */
export async function listSimulations(ctx: ControlContext, { query }: VerbInput<typeof many>): Promise<AnswerOf<typeof many>> {
  const after = decodeCursor(query.cursor, 2);
  const server = query.server === undefined ? null : await locateServer(ctx.prisma, query.server);
  if (query.policy !== undefined && server === null)
    throw new ControlError(400, 'simulation.server_missing', 'Name the server too: a policy is found on its server.', [
      { path: 'server', message: 'missing' },
    ]);
  const policy = query.policy === undefined || server === null ? null : await locatePolicy(ctx.prisma, server.id, query.policy);
  const beyond = after === null ? null : { at: new Date(Number(after[0])), id: after[1] as string };
  const rows = await findSimulations(ctx.prisma, {
    where: {
      ...(server === null ? {} : { serverId: server.id }),
      ...(policy === null ? {} : { policyId: policy.id }),
      ...(beyond === null ? {} : { OR: [{ createdAt: { lt: beyond.at } }, { createdAt: beyond.at, id: { lt: beyond.id } }] }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: query.limit + 1,
  });
  return pageOf(rows, query.limit, (row) => [String(row.createdAt.getTime()), row.id], rows.map(listedSimulation));
}

export async function getSimulation(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  return simulationAnswer(ctx.prisma, params.simulation);
}
