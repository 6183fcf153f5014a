import { IssuerUnconfirmed } from '@/lib/domain/issuer-unconfirmed';
import {
  type ConnectionKind,
  connectionAad,
  connectionHeadersAad,
  givenClientAad,
  type IssuedTokens,
  type OAuthParty,
  type OAuthSecrets,
  type OAuthSettings,
} from '@/lib/domain/upstream-auth';
import type { ControlContext, Transaction } from '../context';
import { ControlError } from '../control-error';

/** A credential as it was typed. */
export type ConnectionInput =
  | {
      readonly type: 'oauth';
      readonly clientId?: string | undefined;
      readonly clientSecret?: string | undefined;
      readonly issuer?: string | undefined;
      readonly scopes?: string | undefined;
    }
  | {
      readonly type: 'client_credentials';
      readonly clientId: string;
      readonly clientSecret: string;
      readonly issuer?: string | undefined;
      readonly scopes?: string | undefined;
    }
  | { readonly type: 'headers'; readonly headers: Readonly<Record<string, string>> };

/** The same, tried where it can be: a first token of a client of its own. */
export interface PreparedConnection {
  readonly input: ConnectionInput;
  readonly first: { readonly party: OAuthParty; readonly tokens: IssuedTokens } | null;
}

export const settingsOf = (input: Exclude<ConnectionInput, { type: 'headers' }>): OAuthSettings => ({
  clientId: input.clientId ?? null,
  clientSecret: input.clientSecret ?? null,
  scopes: input.scopes ?? null,
  issuer: input.issuer ?? null,
});

/** What the `auth` of a server asks for, tried where it can be; null when it is no connection. */
export async function connectionIn(
  ctx: ControlContext,
  serverUrl: string | null,
  auth: Exclude<ConnectionInput, { type: 'headers' }> | { readonly type: 'none' } | { readonly type: 'bearer' } | undefined,
): Promise<PreparedConnection | null> {
  if (auth === undefined || auth.type === 'none' || auth.type === 'bearer') return null;
  return prepareConnection(ctx, serverUrl, auth);
}

/** The server moved: its tokens were for another place and are forgotten. */
export async function unbindConnections(tx: Transaction, ctx: ControlContext, serverId: string): Promise<void> {
  await tx.upstreamConnection.updateMany({
    where: { serverId, kind: { not: 'headers' }, status: { not: 'disconnected' } },
    data: {
      status: 'needs_reconnect',
      revision: ctx.services.newId('con'),
      envelope: null,
      accessExpiresAt: null,
      leaseUntil: null,
      lastError: 'The address of the server was changed, and the tokens were for the old one.',
    },
  });
}

/** Asks for a first token, outside of every transaction. Throws 422 when there is none. */
export async function prepareConnection(
  ctx: ControlContext,
  serverUrl: string | null,
  input: ConnectionInput,
): Promise<PreparedConnection> {
  if (serverUrl === null)
    throw new ControlError(
      422,
      'server.fields',
      'Only servers that are reached by HTTP are authorized this way; a command gets its environment.',
      [{ path: '/auth', message: 'not for a stdio server' }],
    );
  if (input.type !== 'client_credentials') return { input, first: null };
  try {
    return { input, first: await ctx.services.upstreamAuth.clientCredentials(serverUrl, settingsOf(input)) };
  } catch (error) {
    throw refusedBy(error, 'There is no token for this client. ');
  }
}

/** Why there is no token or no authorization, as an answer of 422. */
export function refusedBy(error: unknown, before = ''): ControlError {
  if (error instanceof IssuerUnconfirmed)
    return new ControlError(422, 'server_auth.issuer', error.message, [{ path: '/issuer', message: error.named }]);
  return new ControlError(422, 'server_auth.refused', `${before}${(error as Error).message}`);
}

/** Puts the connection in the place of the one before, whose tokens are forgotten. Gives its id. */
export async function writeConnection(
  tx: Transaction,
  ctx: ControlContext,
  place: { readonly serverId: string; readonly agentId: string | null },
  { input, first }: PreparedConnection,
): Promise<string> {
  await tx.upstreamConnection.deleteMany({ where: place });
  const { envelope } = ctx.services;
  const id = ctx.services.newId('con');
  const base = { id, ...place, kind: input.type satisfies ConnectionKind, revision: id, setBy: ctx.actor.name, setAt: ctx.now };
  if (input.type === 'headers') {
    await tx.upstreamConnection.create({
      data: { ...base, status: 'connected', envelope: envelope.seal(JSON.stringify(input.headers), connectionHeadersAad(id)) },
    });
    return id;
  }
  const { clientId, clientSecret, scopes, issuer } = settingsOf(input);
  await tx.upstreamConnection.create({
    data: {
      ...base,
      status: 'disconnected',
      clientId,
      askedScopes: scopes,
      issuer,
      clientEnvelope: clientSecret === null ? null : envelope.seal(clientSecret, givenClientAad(id)),
    },
  });
  if (first !== null) await keepTokens(tx, ctx, id, first.party, clientSecret, first.tokens);
  return id;
}

/** Seals the first tokens of an authorization under a new revision, so that every node lets go of what it had. */
export async function keepTokens(
  tx: Transaction,
  ctx: ControlContext,
  id: string,
  party: OAuthParty,
  clientSecret: string | null,
  tokens: IssuedTokens,
): Promise<void> {
  const secrets: OAuthSecrets = { clientSecret, accessToken: tokens.accessToken, refreshToken: tokens.refreshToken };
  await tx.upstreamConnection.update({
    where: { id },
    data: {
      status: 'connected',
      revision: ctx.services.newId('con'),
      party: { ...party },
      issuer: party.issuer,
      envelope: ctx.services.envelope.seal(JSON.stringify(secrets), connectionAad(id, party.issuer, party.resource)),
      scopes: tokens.scopes,
      accessExpiresAt: tokens.expiresInSeconds === null ? null : new Date(ctx.now.getTime() + tokens.expiresInSeconds * 1_000),
      connectedBy: ctx.actor.name,
      connectedAt: ctx.now,
      refreshedAt: ctx.now,
      tokenVersion: { increment: 1 },
      leaseUntil: null,
      neededScopes: null,
      lastError: null,
    },
  });
}

/** The client secret that was typed; null without one. */
export function givenSecret(ctx: ControlContext, row: { readonly id: string; readonly clientEnvelope: string | null }): string | null {
  return row.clientEnvelope === null ? null : ctx.services.envelope.open(row.clientEnvelope, givenClientAad(row.id));
}
