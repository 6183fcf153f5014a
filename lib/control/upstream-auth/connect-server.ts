import { attemptAad, clientMetadata, type OAuthAttempt } from '@/lib/domain/upstream-auth';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locateAgent, locateServer, lockRow } from '../locate';
import { checkReach } from '../servers/check-address';
import { connectionAnswer, readConnection, recordedConnection } from './connection-answer';
import type { connectServer as connecting, getOAuthClient as describing, disconnectServer as disconnecting } from './contract';
import { callbackUrl, clientDocumentUrl } from './own-addresses';
import { giveBack } from './server-auth';
import { givenSecret, refusedBy } from './write-connection';

const ATTEMPT_MS = 600_000;

/** Begins an authorization for whoever asks, in this very session. */
export async function connectServer(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof connecting>,
): Promise<AnswerOf<typeof connecting>> {
  const { sessionId } = ctx.actor;
  if (sessionId === null)
    throw new ControlError(
      403,
      'server_auth.person',
      'Authorizing takes a person: sign in to the console and press Connect on the server.',
    );
  const server = await locateServer(ctx.prisma, params.server);
  const agentId = body.agent === undefined ? null : (await locateAgent(ctx.prisma, body.agent)).id;
  const row = await readConnection(ctx.prisma, server.id, agentId);
  if (row.kind !== 'oauth' || server.url === null)
    throw new ControlError(409, 'server_auth.kind', 'This credential needs no person. Set the authentication to OAuth to authorize it.');
  await checkReach(ctx, server);
  const state = ctx.services.randomText();
  let begun: { readonly url: string; readonly attempt: OAuthAttempt };
  try {
    const { clientId, askedScopes: scopes } = row;
    const settings = { clientId, clientSecret: givenSecret(ctx, row), scopes, issuer: body.issuer ?? row.issuer };
    begun = await ctx.services.upstreamAuth.begin({ serverUrl: server.url, settings, neededScopes: row.neededScopes || null, state });
  } catch (error) {
    throw refusedBy(error);
  }
  const stateHash = ctx.services.hashToken(state);
  await change(ctx, async (tx, record) => {
    await tx.upstreamAttempt.deleteMany({ where: { expiresAt: { lt: ctx.now } } });
    await tx.upstreamAttempt.create({
      data: {
        stateHash,
        connectionId: row.id,
        revision: row.revision,
        userId: ctx.actor.id,
        sessionId,
        envelope: ctx.services.envelope.seal(JSON.stringify(begun.attempt), attemptAad(stateHash)),
        expiresAt: new Date(ctx.now.getTime() + ATTEMPT_MS),
      },
    });
    const { issuer, resource } = begun.attempt.party;
    await record({
      action: 'server.auth_begin',
      entity: 'server',
      entityId: server.id,
      entityName: server.slug,
      after: { issuer, resource },
    });
  });
  return { url: begun.url, issuer: begun.attempt.party.issuer };
}

/** Forgets the tokens first, so that they are gone whatever the authorization server says. */
export async function disconnectServer(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof disconnecting>,
): Promise<AnswerOf<typeof disconnecting>> {
  const server = await locateServer(ctx.prisma, params.server);
  const agentId = body.agent === undefined ? null : (await locateAgent(ctx.prisma, body.agent)).id;
  const row = await readConnection(ctx.prisma, server.id, agentId);
  if (row.kind !== 'oauth')
    throw new ControlError(409, 'server_auth.kind', 'Only an authorization can be disconnected. Remove the credential instead.');
  await change(ctx, async (tx, record) => {
    await lockRow(tx, 'server', server.id);
    await tx.upstreamConnection.update({
      where: { id: row.id },
      data: {
        status: 'disconnected',
        revision: ctx.services.newId('con'),
        envelope: null,
        accessExpiresAt: null,
        scopes: null,
        neededScopes: null,
        leaseUntil: null,
        lastError: null,
      },
    });
    await record({
      action: 'server.auth_disconnect',
      entity: 'server',
      entityId: server.id,
      entityName: server.slug,
      before: recordedConnection(row),
    });
  });
  await ctx.services.stopServer(server.id);
  ctx.services.events.publish('server', { action: 'changed', server: server.slug });
  const revoked = await giveBack(ctx, row);
  return { connection: connectionAnswer(ctx, await readConnection(ctx.prisma, server.id, agentId)), revoked };
}

/** The metadata document; authorization servers can read it only where we are reached by https. */
export async function getOAuthClient(ctx: ControlContext): Promise<AnswerOf<typeof describing>> {
  if (!ctx.services.publicUrl.startsWith('https:'))
    throw new ControlError(
      404,
      'oauth.no_document',
      'There is no client metadata document without https; set PUBLIC_URL to an https address.',
    );
  return { client_id: clientDocumentUrl(ctx), client_uri: ctx.services.publicUrl, ...clientMetadata(callbackUrl(ctx)) };
}
