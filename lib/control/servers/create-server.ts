import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError, isUniqueViolation } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { connectionIn, writeConnection } from '../upstream-auth/write-connection';
import { addressOf, checkAddress } from './check-address';
import type { createServer as contract } from './contract';
import { secretChanges, writeSecrets } from './secrets';
import { recordedServer, serverAnswer } from './server-answer';
import { synchronise } from './sync-server';

/** Registers the server, then reads its tools. A failed reading is told in `sync` and does not undo the registration. */
export async function createServer(ctx: ControlContext, { body }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const address = addressOf(body);
  const secrets = secretChanges(body);
  await checkAddress(
    ctx,
    address,
    secrets.some((secret) => secret.kind === 'env'),
    secrets.some((secret) => secret.kind === 'header' && secret.value !== null),
  );
  const connection = await connectionIn(ctx, address.url, body.auth);
  const id = ctx.services.newId('srv');
  try {
    await change(ctx, async (tx, record) => {
      const row = await tx.server.create({
        data: {
          id,
          slug: body.slug,
          name: body.name,
          ...address,
          args: [...address.args],
          keepArguments: body.keepArguments,
          revision: ctx.services.newId('srv'),
          createdAt: ctx.now,
          updatedAt: ctx.now,
        },
      });
      const written = await writeSecrets(tx, ctx, id, secrets);
      if (connection !== null) await writeConnection(tx, ctx, { serverId: id, agentId: null }, connection);
      await record({
        action: 'server.create',
        entity: 'server',
        entityId: id,
        entityName: body.slug,
        after: { ...recordedServer(row), secrets: written },
      });
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ControlError(
      409,
      'server.slug_taken',
      `There is already a server \`${body.slug}\`. Choose another slug, or change that server.`,
      [{ path: '/slug', message: 'already used' }],
    );
  }
  const sync = await synchronise(ctx, id);
  ctx.services.events.publish('server', { action: 'created', server: body.slug });
  return { ...(await serverAnswer(ctx.prisma, ctx, id)), sync };
}
