import { z } from 'zod';
import { CONNECTION_KINDS, CONNECTION_STATES, REGISTRATIONS } from '@/lib/domain/upstream-auth';
import { defineContract } from '../define-contract';
import { referenceSchema, timeSchema } from '../schema-parts';
import { authorizationInputSchema, clientCredentialsInputSchema, headersSchema, issuerSchema } from './input-contract';

export const connectionSchema = z.object({
  agent: referenceSchema.nullable().describe('whose own credential it is; null for the server’s'),
  kind: z.enum(CONNECTION_KINDS),
  status: z.enum(CONNECTION_STATES),
  clientId: z.string().nullable().describe('as typed; null when it is found out'),
  clientSecret: z.object({ set: z.literal(true) }).nullable(),
  askedScopes: z.string().nullable(),
  headers: z.array(z.string()).describe('names, of kind headers'),
  setBy: z.string(),
  setAt: timeSchema,
  issuer: z.string().nullable(),
  resource: z.string().nullable(),
  registration: z.enum(REGISTRATIONS).nullable(),
  scopes: z.string().nullable().describe('as given, separated by spaces'),
  neededScopes: z.string().nullable().describe('what the server asked for and was not given; may be empty'),
  expiresAt: timeSchema.nullable().describe('of the access token, which is renewed before'),
  renewable: z.boolean(),
  connectedBy: z.string().nullable(),
  connectedAt: timeSchema.nullable(),
  refreshedAt: timeSchema.nullable(),
  lastError: z.string().nullable(),
});
export type ConnectionAnswer = z.output<typeof connectionSchema>;

const agentSchema = z.string().min(1).max(120).optional().describe('slug or id: that agent’s own credential; the server’s without');

export const getServerAuth = defineContract({
  name: 'getServerAuth',
  method: 'GET',
  path: '/servers/{server}/auth',
  permission: 'read',
  summary: 'How the gateway proves itself to a server, beside fixed headers: its connection and those of single agents.',
  answer: z.object({
    connection: connectionSchema.nullable(),
    agents: z.array(connectionSchema),
    redirectUri: z.string().describe('to be registered where clients are registered by hand'),
  }),
});

export const setServerAuth = defineContract({
  name: 'setServerAuth',
  method: 'PUT',
  path: '/servers/{server}/auth',
  permission: 'server.write',
  summary: 'Sets how the gateway authenticates; replaces what was set and forgets its tokens. Secrets are write-only.',
  body: z.discriminatedUnion('type', [
    authorizationInputSchema.extend({ agent: agentSchema }),
    clientCredentialsInputSchema.extend({ agent: agentSchema }),
    z.strictObject({ type: z.literal('headers'), headers: headersSchema, agent: z.string().min(1).max(120) }),
  ]),
  answer: connectionSchema,
  affectsGateway: true,
});

export const removeServerAuth = defineContract({
  name: 'removeServerAuth',
  method: 'DELETE',
  path: '/servers/{server}/auth',
  permission: 'server.write',
  summary: 'Removes a connection; tokens are given back where the authorization server takes them.',
  query: z.strictObject({ agent: agentSchema }),
  answer: z.object({ removed: z.literal(true), revoked: z.boolean() }),
  affectsGateway: true,
});

export const connectServer = defineContract({
  name: 'connectServer',
  method: 'POST',
  path: '/servers/{server}/auth/connect',
  permission: 'server.write',
  summary:
    'Begins an authorization for the signed-in person: open `url` in the same browser within ten minutes. 422 `server_auth.issuer` when the authorization server has to be confirmed first.',
  body: z.strictObject({ agent: agentSchema, issuer: issuerSchema }),
  bodyOptional: true,
  answer: z.object({ url: z.string(), issuer: z.string() }),
});

export const disconnectServer = defineContract({
  name: 'disconnectServer',
  method: 'POST',
  path: '/servers/{server}/auth/disconnect',
  permission: 'server.write',
  summary: 'Forgets the tokens; they are given back where the authorization server takes them.',
  body: z.strictObject({ agent: agentSchema }),
  bodyOptional: true,
  answer: z.object({ connection: connectionSchema, revoked: z.boolean() }),
  affectsGateway: true,
});

export const completeAuthorization = defineContract({
  name: 'completeAuthorization',
  method: 'GET',
  path: '/oauth/callback',
  permission: 'server.write',
  summary: 'Where authorization servers send a person back to. Works once, in the session that began.',
  query: z.looseObject({
    state: z.string().max(512).optional(),
    code: z.string().max(8_192).optional(),
    iss: z.string().max(2_048).optional(),
    error: z.string().max(512).optional(),
  }),
  answer: z.object({ location: z.string() }),
  redirects: true,
  affectsGateway: true,
});

export const getOAuthClient = defineContract({
  name: 'getOAuthClient',
  method: 'GET',
  path: '/oauth/client.json',
  permission: 'public',
  summary: 'Who Callgate is, for authorization servers that read client metadata documents; its own address is its client id.',
  answer: z.record(z.string(), z.json()),
});
