import { z } from 'zod';
import { CONNECTION_STATES } from '@/lib/domain/upstream-auth';
import { defineContract } from '../define-contract';
import { anyOf, findingSchema, lineSchema, pageOf, pageQueryShape, riskSchema, slugSchema, timeSchema } from '../schema-parts';
import { authorizationInputSchema, clientCredentialsInputSchema } from '../upstream-auth/input-contract';

const secretsSchema = (nameRule: RegExp, what: string) =>
  z.record(
    z.string().regex(nameRule, `not a name of ${what}`),
    // A line break here would smuggle a header.
    z
      .string()
      .min(1)
      .max(16_384)
      .regex(/^[^\u0000\r\n]*$/, 'must not contain line breaks or NUL')
      .nullable(),
  );

const envSchema = secretsSchema(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'an environment variable').describe('write-only; null removes one');
const headersSchema = secretsSchema(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'a header').describe('write-only; null removes one');
const authSchema = z
  .discriminatedUnion('type', [
    authorizationInputSchema,
    clientCredentialsInputSchema,
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({
      type: z.literal('bearer'),
      token: z
        .string()
        .min(1)
        .max(16_384)
        .regex(/^[\x21-\x7e]+$/, 'visible ASCII without spaces'),
    }),
  ])
  .describe('write-only; `none` removes it');

export const serverInputShape = {
  transport: z.enum(['http', 'sse', 'stdio']),
  url: z.string().max(2_048).optional().describe('of http and sse'),
  command: lineSchema(1_024).optional().describe('of stdio'),
  args: z.array(z.string().max(8_192)).max(200).optional().describe('of stdio'),
  env: envSchema.optional().describe('of stdio; write-only'),
  headers: headersSchema.optional(),
  auth: authSchema.optional(),
  bridge: z
    .boolean()
    .optional()
    .describe('of http and stdio; true: the server speaks only 2026-07-28, and clients of earlier revisions reach it by a bridge'),
};

const setSecretSchema = z.object({ set: z.literal(true), setAt: timeSchema, setBy: z.string(), fingerprint: z.string() });

export const serverSchema = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  transport: z.enum(['http', 'sse', 'stdio']),
  url: z.string().nullable(),
  command: z.string().nullable(),
  args: z.array(z.string()),
  env: z.record(z.string(), setSecretSchema),
  headers: z.record(z.string(), setSecretSchema),
  auth: z
    .union([
      setSecretSchema.extend({ type: z.literal('bearer') }),
      z.object({
        type: z.enum(['oauth', 'client_credentials']),
        set: z.literal(true),
        setAt: timeSchema,
        setBy: z.string(),
        status: z.enum(CONNECTION_STATES),
      }),
      z.null(),
    ])
    .describe('more of the last kinds at /servers/{server}/auth'),
  status: z.enum(['active', 'disabled']),
  bridge: z.boolean().describe('clients of earlier revisions than the server speaks reach it by a bridge'),
  keepArguments: z.boolean().describe('false: arguments of calls are never stored, whatever a policy says'),
  gatewayUrl: z.string(),
  protocolVersion: z.string().nullable(),
  serverInfo: z.json().nullable(),
  instructions: z.string().nullable(),
  lastSyncAt: timeSchema.nullable(),
  lastSyncError: z.string().nullable(),
  tools: z.object({
    total: z.number().int(),
    byRisk: z.record(riskSchema, z.number().int()),
    pending: z.number().int(),
    quarantined: z.number().int(),
  }),
  policies: z.number().int(),
  grants: z.number().int().describe('active grants'),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  etag: z.string(),
});
export type ServerAnswer = z.output<typeof serverSchema>;

export const syncResultSchema = z.object({
  ok: z.boolean(),
  error: z.string().nullable(),
  fix: z.string().nullable(),
  added: z.array(z.string()),
  changed: z.array(z.string()),
  removed: z.array(z.string()),
  unchanged: z.number().int(),
  pending: z.array(z.string()).describe('need approval before they are listed or callable'),
  quarantined: z.array(z.string()),
  skipped: z.array(z.object({ name: z.string(), reason: z.string() })).describe('announced, but not usable'),
  notes: z.array(z.string()).describe('what was odd about the reading'),
});
export type SyncResult = z.output<typeof syncResultSchema>;

export const PROBE_STEPS = ['check', 'dns', 'connect', 'tls', 'authenticate', 'command', 'start', 'initialize', 'tools/list'] as const;

export const probeStepSchema = z.object({
  step: z.enum(PROBE_STEPS),
  status: z.enum(['ok', 'failed', 'skipped']),
  detail: z.string(),
  fix: z.string().nullable(),
  ms: z.number(),
});
export type ProbeStep = z.output<typeof probeStepSchema>;

export const listServers = defineContract({
  name: 'listServers',
  method: 'GET',
  path: '/servers',
  permission: 'read',
  summary: 'The registered upstream servers.',
  query: z.strictObject({
    q: z.string().max(200).optional(),
    status: anyOf(z.enum(['active', 'disabled'])).optional(),
    transport: anyOf(z.enum(['http', 'sse', 'stdio'])).optional(),
    ...pageQueryShape,
  }),
  answer: pageOf(serverSchema),
});

export const createServer = defineContract({
  name: 'createServer',
  method: 'POST',
  path: '/servers',
  permission: 'server.write',
  summary: 'Registers a server and reads its tools; the server is kept when that fails, with the reason.',
  body: z.strictObject({ slug: slugSchema, name: lineSchema(120), ...serverInputShape, keepArguments: z.boolean().default(true) }),
  answer: serverSchema.extend({ sync: syncResultSchema }),
  status: 201,
  affectsGateway: true,
});

export const probeServer = defineContract({
  name: 'probeServer',
  method: 'POST',
  path: '/servers/probe',
  permission: 'server.write',
  summary: 'Tries a server without saving it. Steps as NDJSON while they happen with Accept: application/x-ndjson, all at once otherwise.',
  body: z.strictObject({
    slug: slugSchema.optional(),
    name: lineSchema(120).optional(),
    ...serverInputShape,
    keepArguments: z.boolean().optional(),
  }),
  answer: z.array(probeStepSchema),
  stream: 'ndjson',
});

export const getServer = defineContract({
  name: 'getServer',
  method: 'GET',
  path: '/servers/{server}',
  permission: 'read',
  summary: 'One server, by id or slug.',
  answer: serverSchema,
});

export const updateServer = defineContract({
  name: 'updateServer',
  method: 'PATCH',
  path: '/servers/{server}',
  permission: 'server.write',
  summary: 'Changes name, address, secrets or status. The slug never changes.',
  body: z.strictObject({
    name: lineSchema(120).optional(),
    ...serverInputShape,
    transport: serverInputShape.transport.optional(),
    status: z.enum(['active', 'disabled']).optional(),
    keepArguments: z.boolean().optional(),
  }),
  answer: serverSchema.extend({
    dropped: z
      .array(z.string())
      .describe('secrets that another address does not get: type them again, with `headers`, `auth` or for the agent'),
  }),
  affectsGateway: true,
});

export const deleteServer = defineContract({
  name: 'deleteServer',
  method: 'DELETE',
  path: '/servers/{server}',
  permission: 'server.write',
  summary: 'Deletes a server with its tools, policies and grants; says what broke. The audit trail stays.',
  answer: z.object({
    deleted: z.object({ id: z.string(), slug: z.string() }),
    broke: z.object({ tools: z.number().int(), policies: z.array(z.string()), grants: z.number().int(), agents: z.array(z.string()) }),
  }),
  affectsGateway: true,
});

export const syncServer = defineContract({
  name: 'syncServer',
  method: 'POST',
  path: '/servers/{server}/sync',
  permission: 'server.write',
  summary: 'Reads the tools again.',
  body: z.strictObject({}),
  bodyOptional: true,
  answer: syncResultSchema,
  affectsGateway: true,
});

export const recommendServerPolicy = defineContract({
  name: 'recommendServerPolicy',
  method: 'GET',
  path: '/servers/{server}/recommended-policy',
  permission: 'read',
  summary: 'A least-privilege policy made from the classification of the tools; nothing is saved.',
  answer: z.object({ text: z.string(), policy: z.json(), findings: z.array(findingSchema.extend({ tool: z.string() })) }),
});
