import type { ControlContext, Transaction } from '../context';
import { BEARER_ROW, type SecretChange } from './secrets';

/**
 * Forgets the headers of a server that are not given again, and the headers of single agents, which keep their place so that nobody is
 * served by the credential of the server instead. Gives what was dropped by name: `header X-Api-Key`, `bearer token`, `headers of bot`.
 */
export async function dropSecrets(
  tx: Transaction,
  ctx: ControlContext,
  serverId: string,
  given: readonly SecretChange[],
): Promise<string[]> {
  const again = new Set(given.filter(({ kind, value }) => kind === 'header' && value !== null).map(({ name }) => name.toLowerCase()));
  const headers = await tx.serverSecret.findMany({ where: { serverId, kind: 'header' }, orderBy: { name: 'asc' } });
  await tx.serverSecret.deleteMany({ where: { serverId, kind: 'header' } });
  const where = { serverId, kind: 'headers', envelope: { not: null } };
  const connections = await tx.upstreamConnection.findMany({
    where,
    include: { agent: { select: { slug: true } } },
    orderBy: { id: 'asc' },
  });
  for (const { id } of connections)
    await tx.upstreamConnection.update({
      where: { id },
      data: {
        status: 'needs_reconnect',
        revision: ctx.services.newId('con'),
        envelope: null,
        lastError: 'The address of the server was changed, and the headers were typed for the old one. Type them again.',
      },
    });
  return [
    ...headers
      .filter(({ name }) => !again.has(name.toLowerCase()))
      .map(({ name }) => (name === BEARER_ROW ? 'bearer token' : `header ${name}`)),
    ...connections.map(({ agent }) => `headers of ${agent?.slug ?? 'the server'}`),
  ];
}
