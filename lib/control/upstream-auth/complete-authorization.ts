import { attemptAad, type IssuedTokens, type OAuthAttempt } from '@/lib/domain/upstream-auth';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import { synchronise } from '../servers/sync-server';
import { storableText } from '../storable';
import { CONNECTION_PARTS, recordedConnection } from './connection-answer';
import type { completeAuthorization as contract } from './contract';
import { keepTokens } from './write-connection';

/**
 * A person comes back. The state is used up before anything else is looked at, belongs to this person in this session, and
 * to a connection that is still what it was when the person left.
 */
export async function completeAuthorization(
  ctx: ControlContext,
  { query }: VerbInput<typeof contract>,
): Promise<AnswerOf<typeof contract>> {
  const state = query.state ?? '';
  const stateHash = ctx.services.hashToken(state);
  const [used] = await ctx.prisma.upstreamAttempt.findMany({ where: { stateHash } });
  const { count } = await ctx.prisma.upstreamAttempt.deleteMany({ where: { stateHash } });
  if (!used || count !== 1 || used.expiresAt <= ctx.now)
    throw new ControlError(
      400,
      'oauth.state',
      'This answer was used already, is too old, or was never asked for. Press Connect on the server again.',
    );
  if (used.userId !== ctx.actor.id || used.sessionId !== ctx.actor.sessionId)
    throw new ControlError(403, 'oauth.session', 'Somebody else, or another session, asked for this. Press Connect on the server again.');
  const row = await ctx.prisma.upstreamConnection.findUnique({
    where: { id: used.connectionId },
    include: { ...CONNECTION_PARTS, server: true },
  });
  if (!row || row.revision !== used.revision)
    throw new ControlError(
      409,
      'oauth.changed',
      'The authentication of the server was changed meanwhile. Press Connect on the server again.',
    );
  const attempt = JSON.parse(ctx.services.envelope.open(used.envelope, attemptAad(stateHash))) as OAuthAttempt;
  const { server } = row;
  const back = (result: string) => ({ location: `/servers/${encodeURIComponent(server.slug)}?tab=settings&auth=${result}` });
  let tokens: IssuedTokens;
  try {
    const answer = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    tokens = await ctx.services.upstreamAuth.complete(attempt, answer, state);
  } catch (error) {
    const lastError = storableText((error as Error).message).slice(0, 1_000);
    await change(ctx, async (tx, record) => {
      await tx.upstreamConnection.updateMany({ where: { id: row.id, revision: row.revision }, data: { lastError } });
      await record({
        action: 'server.auth_failed',
        entity: 'server',
        entityId: server.id,
        entityName: server.slug,
        after: { issuer: attempt.party.issuer, error: lastError },
      });
    });
    return back('failed');
  }
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'server', server.id);
    const current = await tx.upstreamConnection.findUnique({ where: { id: row.id } });
    if (current?.revision !== row.revision)
      throw new ControlError(
        409,
        'oauth.changed',
        'The authentication of the server was changed meanwhile. Press Connect on the server again.',
      );
    // A scope that the answer does not name was given as it was asked for.
    await keepTokens(tx, ctx, row.id, attempt.party, attempt.clientSecret, { ...tokens, scopes: tokens.scopes ?? attempt.scopes });
    const after = await tx.upstreamConnection.findUniqueOrThrow({ where: { id: row.id } });
    await record({
      action: 'server.auth_connect',
      entity: 'server',
      entityId: server.id,
      entityName: server.slug,
      before: recordedConnection(row),
      after: recordedConnection({ ...after, agent: row.agent }),
    });
  });
  await ctx.services.stopServer(server.id);
  if (row.agentId === null) await synchronise(ctx, server.id);
  return back('connected');
}
