import { z } from 'zod';
import { defineContract } from '../define-contract';
import { anyOf, flagSchema, lineSchema, pageOf, pageQueryShape, referenceSchema, timeInputSchema, timeSchema } from '../schema-parts';

const GRANT_STATES = ['active', 'scheduled', 'expired', 'revoked'] as const;
/** Overlap of a rotation, at most a day: the old token is a second secret for as long. */
export const GRACE_SECONDS_MAX = 86_400;

export const grantSchema = z.object({
  id: z.string(),
  agent: referenceSchema,
  server: referenceSchema,
  policy: referenceSchema.nullable().describe('null denies everything'),
  policyVersion: z.number().int().nullable().describe('the live version'),
  label: z.string().nullable(),
  scopes: z.array(z.string()),
  purpose: z.string().nullable(),
  notBefore: timeSchema.nullable(),
  expiresAt: timeSchema.nullable(),
  status: z.enum(GRANT_STATES),
  tokens: z
    .array(z.object({ lastFour: z.string(), createdAt: timeSchema, validUntil: timeSchema.nullable() }))
    .describe('the current one first'),
  elevation: z
    .object({ id: z.string(), policy: referenceSchema, version: z.number().int().nullable(), until: timeSchema, reason: z.string() })
    .nullable()
    .describe('another policy decides until then; the grant falls back by itself'),
  unused: z
    .enum(['never', 'idle'])
    .nullable()
    .describe('`never` used for 14 days since it was made, or `idle` for 30 days; active grants only'),
  lastUsedAt: timeSchema.nullable(),
  lastClient: z.object({ name: z.string(), version: z.string().nullable() }).nullable(),
  lastSourceIp: z.string().nullable(),
  createdAt: timeSchema,
  createdBy: z.string(),
  revokedAt: timeSchema.nullable(),
  revokedBy: z.string().nullable(),
  gatewayUrl: z.string(),
});
export type GrantAnswer = z.output<typeof grantSchema>;

const scopesSchema = z.array(lineSchema(120)).max(50);

export const listGrants = defineContract({
  name: 'listGrants',
  method: 'GET',
  path: '/grants',
  permission: 'read',
  summary: 'The grants.',
  query: z.strictObject({
    agent: z.string().optional(),
    server: z.string().optional(),
    policy: z.string().optional().describe('id, or slug together with server'),
    status: anyOf(z.enum(GRANT_STATES)).optional(),
    unused: flagSchema.optional().describe('active grants that were not used for 30 days, or never in 14'),
    q: z.string().max(200).optional(),
    ...pageQueryShape,
  }),
  answer: pageOf(grantSchema),
});

export const createGrant = defineContract({
  name: 'createGrant',
  method: 'POST',
  path: '/grants',
  permission: 'grant.write',
  summary: 'Lets an agent use a server under a policy. The token is in this answer and never again.',
  body: z.strictObject({
    agent: z.string().min(1),
    server: z.string().min(1),
    policy: z.string().min(1).nullish().describe('slug or id, of the same server; without one everything is denied'),
    label: lineSchema(120).nullish(),
    scopes: scopesSchema.optional(),
    purpose: lineSchema(500).nullish(),
    expiresAt: timeInputSchema.nullish(),
    notBefore: timeInputSchema.nullish(),
  }),
  answer: z.object({ grant: grantSchema, token: z.string() }),
  status: 201,
  affectsGateway: true,
});

export const getGrant = defineContract({
  name: 'getGrant',
  method: 'GET',
  path: '/grants/{grant}',
  permission: 'read',
  summary: 'One grant.',
  answer: grantSchema,
});

export const updateGrant = defineContract({
  name: 'updateGrant',
  method: 'PATCH',
  path: '/grants/{grant}',
  permission: 'grant.write',
  summary: 'Changes label, purpose, scopes, times or policy.',
  body: z.strictObject({
    label: lineSchema(120).nullable().optional(),
    purpose: lineSchema(500).nullable().optional(),
    scopes: scopesSchema.optional(),
    expiresAt: timeInputSchema.nullable().optional(),
    notBefore: timeInputSchema.nullable().optional(),
    policy: z.string().min(1).nullable().optional(),
  }),
  answer: grantSchema,
  affectsGateway: true,
});

export const revokeGrant = defineContract({
  name: 'revokeGrant',
  method: 'POST',
  path: '/grants/{grant}/revoke',
  permission: 'grant.write',
  summary: 'Stops the next call; cannot be undone.',
  body: z.strictObject({ reason: lineSchema(500).optional() }),
  bodyOptional: true,
  answer: grantSchema,
  affectsGateway: true,
});

export const rotateGrant = defineContract({
  name: 'rotateGrant',
  method: 'POST',
  path: '/grants/{grant}/rotate',
  permission: 'grant.write',
  summary: 'Gives a new token; the old one lives for graceSeconds.',
  body: z.strictObject({ graceSeconds: z.number().int().min(0).max(GRACE_SECONDS_MAX).default(0) }),
  bodyOptional: true,
  answer: z.object({ grant: grantSchema, token: z.string() }),
  affectsGateway: true,
});

export const revokeUnusedGrants = defineContract({
  name: 'revokeUnusedGrants',
  method: 'POST',
  path: '/grants/revoke-unused',
  permission: 'grant.write',
  summary: 'Revokes these grants, all of them or none. 409 when one of them was used, revoked or changed meanwhile.',
  body: z.strictObject({ grants: z.array(z.string()).min(1).max(200), reason: lineSchema(500).optional() }),
  answer: z.object({ revoked: z.array(grantSchema) }),
  affectsGateway: true,
});
