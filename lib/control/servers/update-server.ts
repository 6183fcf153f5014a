import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locateServer, lockRow } from '../locate';
import { connectionIn, unbindConnections, writeConnection } from '../upstream-auth/write-connection';
import { checkAddress } from './check-address';
import type { updateServer as contract } from './contract';
import { dropSecrets } from './drop-secrets';
import { secretChanges, writeSecrets } from './secrets';
import { recordedServer, serverAnswer, serverEtag } from './server-answer';

/** Changes what is given. Another address or secret gives the server a new revision, which lets go of its connections. */
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
    bridge: body.bridge ?? (before.bridge && transport !== 'sse'),
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
  const lost: string[] = [];
  await change(ctx, async (tx, record) => {
    lost.length = 0;
    await lockRow(tx, 'server', before.id);
    const current = await tx.server.findUniqueOrThrow({ where: { id: before.id } });
    requireMatch(ifMatch, serverEtag(current), 'server');
    if (transport !== current.transport)
      await tx.serverSecret.deleteMany({ where: { serverId: before.id, kind: transport === 'stdio' ? 'header' : 'env' } });
    // What was typed for one place is not told to another, whoever may change the address: it is typed again, or gone.
    const dropped = leaves(current.url, address.url) ? await dropSecrets(tx, ctx, before.id, secrets) : [];
    lost.push(...dropped);
    const written = await writeSecrets(tx, ctx, before.id, secrets);
    // One credential at a time: a token that is typed takes the place of an authorization, and the other way round.
    const place = { serverId: before.id, agentId: null };
    if (body.auth !== undefined && connection === null) await tx.upstreamConnection.deleteMany({ where: place });
    if (address.url !== current.url) await unbindConnections(tx, ctx, before.id);
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
      after: { ...recordedServer(after), ...(written.length > 0 ? { secrets: written } : {}), ...(dropped.length > 0 ? { dropped } : {}) },
    });
  });
  if (reconnects || body.status === 'disabled') await ctx.services.stopServer(before.id);
  ctx.services.events.publish('server', { action: 'changed', server: before.slug });
  return { ...(await serverAnswer(ctx.prisma, ctx, before.id)), dropped: lost };
}

/** Whether what is sent would reach another party: another scheme, host or port. */
const leaves = (before: string | null, after: string | null): boolean =>
  before !== null && (after === null || new URL(before).origin !== new URL(after).origin);
