import { z } from 'zod';
import { defineContract } from '../define-contract';
import { anyOf, lineSchema, pageOf, pageQueryShape, problemSchema, referenceSchema, timeSchema } from '../schema-parts';

const POLICY_TEXT_MAX = 1024 * 1024;
const textSchema = z.string().max(POLICY_TEXT_MAX).describe('JSONC source');

export const draftSchema = z.object({
  text: z.string(),
  baseVersion: z.number().int().nullable().describe('the live version when the draft was begun'),
  updatedAt: timeSchema,
  updatedBy: z.string(),
});

const liveSchema = z.object({
  version: z.number().int(),
  digest: z.string(),
  publishedAt: timeSchema,
  publishedBy: z.string(),
  comment: z.string().nullable(),
});

export const policySchema = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  server: referenceSchema,
  live: liveSchema.nullable(),
  mode: z.enum(['enforce', 'observe']).nullable().describe('of the live version'),
  hasDraft: z.boolean(),
  draftUpdatedAt: timeSchema.nullable(),
  draftUpdatedBy: z.string().nullable(),
  grants: z.number().int().describe('active grants that use it'),
  createdAt: timeSchema,
  etag: z.string(),
});
export type PolicyAnswer = z.output<typeof policySchema>;

const policyFilters = { q: z.string().max(200).optional(), ...pageQueryShape };

export const listServerPolicies = defineContract({
  name: 'listServerPolicies',
  method: 'GET',
  path: '/servers/{server}/policies',
  permission: 'read',
  summary: 'The policies of one server.',
  query: z.strictObject(policyFilters),
  answer: pageOf(policySchema),
});

export const listPolicies = defineContract({
  name: 'listPolicies',
  method: 'GET',
  path: '/policies',
  permission: 'read',
  summary: 'The policies of all servers.',
  query: z.strictObject({ server: anyOf(z.string()).optional(), ...policyFilters }),
  answer: pageOf(policySchema),
});

export const getPolicy = defineContract({
  name: 'getPolicy',
  method: 'GET',
  path: '/servers/{server}/policies/{policy}',
  permission: 'read',
  summary: 'One policy with its live text, its draft and the problems of the text that would be published.',
  answer: policySchema.extend({ liveText: z.string().nullable(), draft: draftSchema.nullable(), problems: z.array(problemSchema) }),
});

export const savePolicyDraft = defineContract({
  name: 'savePolicyDraft',
  method: 'PUT',
  path: '/servers/{server}/policies/{policy}',
  permission: 'policy.write',
  summary: 'Saves the draft and makes the policy when it is new; invalid text is kept too. If-Match refuses to overwrite a newer draft.',
  body: z.strictObject({ text: textSchema, name: lineSchema(120).optional() }),
  answer: policySchema.extend({ draft: draftSchema, problems: z.array(problemSchema) }),
});

export const discardPolicyDraft = defineContract({
  name: 'discardPolicyDraft',
  method: 'DELETE',
  path: '/servers/{server}/policies/{policy}/draft',
  permission: 'policy.write',
  summary: 'Drops the draft; the live version stays.',
  answer: policySchema,
});

export const deletePolicy = defineContract({
  name: 'deletePolicy',
  method: 'DELETE',
  path: '/servers/{server}/policies/{policy}',
  permission: 'policy.publish',
  summary: 'Deletes a policy and its history; grants that used it deny everything from then on.',
  answer: z.object({
    deleted: z.object({ id: z.string(), slug: z.string() }),
    broke: z.object({ grants: z.number().int(), agents: z.array(z.string()) }),
  }),
  affectsGateway: true,
});

export const validatePolicy = defineContract({
  name: 'validatePolicy',
  method: 'POST',
  path: '/policies/validate',
  permission: 'read',
  summary: 'All problems of a text at once; with a server, also what only its tools can tell.',
  body: z.strictObject({ text: textSchema, server: z.string().optional() }),
  answer: z.object({ valid: z.boolean(), problems: z.array(problemSchema) }),
});

const publishedSchema = z.object({
  version: z.number().int(),
  digest: z.string().describe('SHA-256 of the text'),
  publishedAt: timeSchema,
  problems: z.array(problemSchema).describe('warnings; errors would have refused it'),
});

export const publishPolicy = defineContract({
  name: 'publishPolicy',
  method: 'POST',
  path: '/servers/{server}/policies/{policy}/publish',
  permission: 'policy.publish',
  summary: 'Publishes the draft as the next version; 422 with the problems when it does not compile, 409 when another version is live.',
  body: z.strictObject({
    comment: z.string().trim().max(2_000).optional(),
    expectedVersion: z.number().int().min(0).nullable().optional(),
  }),
  bodyOptional: true,
  answer: publishedSchema,
  affectsGateway: true,
});

const versionSchema = z.object({
  version: z.number().int(),
  digest: z.string(),
  comment: z.string().nullable(),
  restoredFrom: z.number().int().nullable(),
  publishedBy: z.string(),
  publishedAt: timeSchema,
  live: z.boolean(),
});

export const listPolicyVersions = defineContract({
  name: 'listPolicyVersions',
  method: 'GET',
  path: '/servers/{server}/policies/{policy}/versions',
  permission: 'read',
  summary: 'The immutable history, newest first.',
  query: z.strictObject(pageQueryShape),
  answer: pageOf(versionSchema),
});

export const getPolicyVersion = defineContract({
  name: 'getPolicyVersion',
  method: 'GET',
  path: '/servers/{server}/policies/{policy}/versions/{n}',
  permission: 'read',
  summary: 'One version with its text.',
  answer: versionSchema.extend({ text: z.string(), compiledDigest: z.string() }),
});

export const restorePolicyVersion = defineContract({
  name: 'restorePolicyVersion',
  method: 'POST',
  path: '/servers/{server}/policies/{policy}/versions/{n}/restore',
  permission: 'policy.publish',
  summary: 'Publishes the text of an old version as a new one.',
  body: z.strictObject({
    comment: z.string().trim().max(2_000).optional(),
    expectedVersion: z.number().int().min(0).nullable().optional(),
  }),
  bodyOptional: true,
  answer: publishedSchema.extend({ restoredFrom: z.number().int() }),
  affectsGateway: true,
});
