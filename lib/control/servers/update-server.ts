import { change } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locateServer, lockRow } from '../locate';
import { connectionIn, unbindConnections, writeConnection } from '../upstream-auth/write-connection';
import { checkAddress } from './check-address';
import type { updateServer as contract } from './contract';
import { secretChanges, writeSecrets } from './secrets';
import { recordedServer, serverAnswer, serverEtag } from './server-answer';

/**
 * Changes what is given. Another address or secret gives the server a new revision, which lets go of its connections; another origin also
 * forgets the secrets that were for the old one, unless they are given again.
 */
export async function updateServer(
  ctx: ControlContext,
  { params, body, ifMatch }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const before = await locateServer(ctx.prisma, params.server);
  const transport = body.transport ?? (before.transport as 'http' | 'sse' | 'stdio');
  // A change of transport drops the fields of the old one unless the caller gives them again.
  const kept =
    transport === 'stdio'
      ? { url: null, command: before.command, args: before.args as string[] }
      : { url: before.url, command: null, args: [] };
  const address = {
    transport,
    url: body.url ?? kept.url,
    command: body.command ?? kept.command,
    args: body.args ?? kept.args,
    bridge: body.bridge ?? (before.bridge && transport === 'http'),
  };
  const secrets = secretChanges(body);
  const moves =
    body.transport !== undefined ||
    body.url !== undefined ||
    body.command !== undefined ||
    body.args !== undefined ||
    body.bridge !== undefined;
  const setsEnv = secrets.some((secret) => secret.kind === 'env' && secret.value !== null);
  const setsHeaders = secrets.some((secret) => secret.kind === 'header' && secret.value !== null);
  // A rename needs no look at the address, and must not fail because a name server is away.
  if (moves || setsEnv || setsHeaders) await checkAddress(ctx, address, setsEnv, setsHeaders);
  const connection = await connectionIn(ctx, address.url, body.auth);
  const reconnects = moves || secrets.length > 0 || connection !== null;
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'server', before.id);
    const current = await tx.server.findUniqueOrThrow({ where: { id: before.id } });
    requireMatch(ifMatch, serverEtag(current), 'server');
    if (transport !== current.transport)
      await tx.serverSecret.deleteMany({ where: { serverId: before.id, kind: transport === 'stdio' ? 'header' : 'env' } });
    const moved = originOf(address.url) !== originOf(current.url);
    const left = moved ? await forgetHeaders(tx, before.id) : [];
    const written = [...left, ...(await writeSecrets(tx, ctx, before.id, secrets))];
    // One credential at a time: a token that is typed takes the place of an authorization, and the other way round.
    const place = { serverId: before.id, agentId: null };
    if (body.auth !== undefined && connection === null) await tx.upstreamConnection.deleteMany({ where: place });
    if (address.url !== current.url) await unbindConnections(tx, ctx, before.id, moved);
    if (connection !== null) await writeConnection(tx, ctx, place, connection);
    const after = await tx.server.update({
      where: { id: before.id },
      data: {
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.status === undefined ? {} : { status: body.status }),
        ...(body.keepArguments === undefined ? {} : { keepArguments: body.keepArguments }),
        ...(moves ? { ...address, args: [...address.args] } : {}),
        ...(reconnects ? { revision: ctx.services.newId('srv') } : {}),
        updatedAt: ctx.now,
      },
    });
    await record({
      action: body.status === 'disabled' ? 'server.disable' : 'server.update',
      entity: 'server',
      entityId: before.id,
      entityName: before.slug,
      before: recordedServer(current),
      after: { ...recordedServer(after), ...(written.length > 0 ? { secrets: written } : {}) },
    });
  });
  if (reconnects || body.status === 'disabled') await ctx.services.stopServer(before.id);
  ctx.services.events.publish('server', { action: 'changed', server: before.slug });
  return serverAnswer(ctx.prisma, ctx, before.id);
}

const originOf = (url: string | null): string | null => (url !== null && URL.canParse(url) ? new URL(url).origin : null);

/** Secrets were typed for whoever was at the old address; whoever may set an address must not read them by it. */
async function forgetHeaders(tx: Transaction, serverId: string): Promise<string[]> {
  const rows = await tx.serverSecret.findMany({ where: { serverId, kind: 'header' }, select: { name: true } });
  await tx.serverSecret.deleteMany({ where: { serverId, kind: 'header' } });
  return rows.map(({ name }) => `header ${name} removed, with the address`);
}
