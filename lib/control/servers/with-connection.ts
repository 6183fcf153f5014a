import type { ControlContext } from '../context';
import type { OpenedSecrets } from '../services';

/** There is no token for the server; the message says why. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

/** The secrets with the token of the server's own connection, where it has one. Rejects with `NotConnected`. */
export async function withConnection(ctx: ControlContext, serverId: string, secrets: OpenedSecrets): Promise<OpenedSecrets> {
  const connection = await ctx.prisma.upstreamConnection.findFirst({ where: { serverId, agentId: null } });
  if (connection === null) return secrets;
  try {
    const token = await ctx.services.upstreamAuth.token(connection);
    const others = Object.entries(secrets.headers).filter(([name]) => name.toLowerCase() !== 'authorization');
    return { ...secrets, headers: { ...Object.fromEntries(others), Authorization: `Bearer ${token}` } };
  } catch (error) {
    throw new NotConnected((error as Error).message.replace(' The call was not made.', ''), { cause: error });
  }
}
