import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { locateAgent, locateServer, lockRow } from '../locate';
import { checkReach } from '../servers/check-address';
import { BEARER_ROW, requireSendable } from '../servers/secrets';
import {
  CONNECTION_PARTS,
  type ConnectionRow,
  connectionAnswer,
  partyOf,
  readConnection,
  recordedConnection,
  secretsOf,
} from './connection-answer';
import type { getServerAuth as reading, removeServerAuth as removing, setServerAuth as setting } from './contract';
import { callbackUrl } from './own-addresses';
import { prepareConnection, writeConnection } from './write-connection';

/** The connection of the server, and those of agents by name. */
export async function getServerAuth(ctx: ControlContext, { params }: VerbInput<typeof reading>): Promise<AnswerOf<typeof reading>> {
  const { id } = await locateServer(ctx.prisma, params.server);
  const rows = await ctx.prisma.upstreamConnection.findMany({ where: { serverId: id }, include: CONNECTION_PARTS, orderBy: { id: 'asc' } });
  const own = rows.find((row) => row.agentId === null);
  return {
    connection: own ? connectionAnswer(ctx, own) : null,
    agents: rows.filter((row) => row.agentId !== null).map((row) => connectionAnswer(ctx, row)),
    redirectUri: callbackUrl(ctx),
  };
}

export async function setServerAuth(ctx: ControlContext, { params, body }: VerbInput<typeof setting>): Promise<AnswerOf<typeof setting>> {
  const server = await locateServer(ctx.prisma, params.server);
  const agent = body.agent === undefined ? null : await locateAgent(ctx.prisma, body.agent);
  await checkReach(ctx, server);
  if (body.type === 'headers') for (const name of Object.keys(body.headers)) requireSendable(name);
  const prepared = await prepareConnection(ctx, server.url, body);
  const place = { serverId: server.id, agentId: agent?.id ?? null };
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'server', server.id);
    await writeConnection(tx, ctx, place, prepared);
    const forgot = agent === null && (await forgetBearer(tx, ctx, server.id));
    const after = recordedConnection(await readConnection(tx, place.serverId, place.agentId));
    await record({
      action: 'server.auth_set',
      entity: 'server',
      entityId: server.id,
      entityName: server.slug,
      after: { ...after, ...(forgot ? { secrets: [`header ${BEARER_ROW} removed`] } : {}) },
    });
  });
  await ctx.services.stopServer(server.id);
  ctx.services.events.publish('server', { action: 'changed', server: server.slug });
  return connectionAnswer(ctx, await readConnection(ctx.prisma, place.serverId, place.agentId));
}

/** One credential at a time: a token that was typed before would come back, unseen, once this connection is removed. */
async function forgetBearer(tx: Transaction, ctx: ControlContext, serverId: string): Promise<boolean> {
  const { count } = await tx.serverSecret.deleteMany({ where: { serverId, kind: 'header', name: BEARER_ROW } });
  if (count > 0) await tx.server.update({ where: { id: serverId }, data: { revision: ctx.services.newId('srv'), updatedAt: ctx.now } });
  return count > 0;
}

export async function removeServerAuth(
  ctx: ControlContext,
  { params, query }: VerbInput<typeof removing>,
): Promise<AnswerOf<typeof removing>> {
  const server = await locateServer(ctx.prisma, params.server);
  const agentId = query.agent === undefined ? null : (await locateAgent(ctx.prisma, query.agent)).id;
  const row = await readConnection(ctx.prisma, server.id, agentId);
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'server', server.id);
    await tx.upstreamConnection.deleteMany({ where: { id: row.id } });
    await record({
      action: 'server.auth_remove',
      entity: 'server',
      entityId: server.id,
      entityName: server.slug,
      before: recordedConnection(row),
    });
  });
  await ctx.services.stopServer(server.id);
  ctx.services.events.publish('server', { action: 'changed', server: server.slug });
  return { removed: true, revoked: await giveBack(ctx, row) };
}

/** Gives the tokens back, after they were forgotten here: an authorization server that is away keeps nobody from leaving it. */
export async function giveBack(ctx: ControlContext, row: ConnectionRow): Promise<boolean> {
  const party = partyOf(row);
  const secrets = secretsOf(ctx, row);
  if (party === null || secrets === null) return false;
  return ctx.services.upstreamAuth.revoke(party, secrets).catch(() => false);
}
