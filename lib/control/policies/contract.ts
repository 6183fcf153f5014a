import { z } from 'zod';
import { defineContract } from '../define-contract';
import { publicationSchema } from '../publications/contract';
import { anyOf, lineSchema, pageOf, pageQueryShape, problemSchema, referenceSchema, timeInputSchema, timeSchema } from '../schema-parts';

const POLICY_TEXT_MAX = 1024 * 1024;
const textSchema = z.string().max(POLICY_TEXT_MAX).describe('JSONC source');

export const secondPersonSchema = z.enum(['never', 'loosening', 'always']);

export const draftSchema = z.object({
  text: z.string(),
  baseVersion: z.number().int().nullable().describe('the live version when the draft was begun'),
  updatedAt: timeSchema,
  updatedBy: z.string(),
  baseText: z.string().nullable().describe('text of the base version, to merge with what is live'),
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
  tests: z.number().int().nullable().describe('tests in the text of the live version'),
  hasDraft: z.boolean(),
  draftUpdatedAt: timeSchema.nullable(),
  draftUpdatedBy: z.string().nullable(),
  grants: z.number().int().describe('active grants that use it'),
  secondPerson: secondPersonSchema.describe('which publications need another person'),
  managedBy: z.string().nullable().describe('where the policy is kept when not here; people at the console then only read it'),
  waiting: publicationSchema
    .pick({ id: true, status: true, dueAt: true, requestedAt: true, mode: true, restoredFrom: true })
    .extend({ requestedBy: z.string() })
    .nullable()
    .describe('the publication that waits for its time or for a second person'),
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
  answer: policySchema.extend({
    liveText: z.string().nullable(),
    draft: draftSchema.nullable(),
    problems: z.array(problemSchema),
  }),
});

export const savePolicyDraft = defineContract({
  name: 'savePolicyDraft',
  method: 'PUT',
  path: '/servers/{server}/policies/{policy}',
  permission: 'policy.write',
  summary: 'Saves the draft and makes the policy when it is new; invalid text is kept too. If-Match refuses to overwrite a newer draft.',
  body: z.strictObject({
    text: textSchema,
    name: lineSchema(120).optional(),
    baseVersion: z
      .number()
      .int()
      .min(0)
      .nullable()
      .optional()
      .describe('after merging: the live version the text was merged with; 409 when another is live'),
  }),
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

export const updatePolicy = defineContract({
  name: 'updatePolicy',
  method: 'PATCH',
  path: '/servers/{server}/policies/{policy}',
  permission: 'policy.write',
  summary: 'Renames a policy; an administrator also sets which publications need a second person and where the policy is kept.',
  body: z.strictObject({
    name: lineSchema(120).optional(),
    secondPerson: secondPersonSchema.optional(),
    managedBy: lineSchema(300).nullable().optional().describe('e.g. `Git infra/policies`; null lets people at the console write again'),
  }),
  answer: policySchema,
});

const publishedSchema = z.object({
  status: z.literal('published'),
  version: z.number().int(),
  digest: z.string().describe('SHA-256 of the text'),
  publishedAt: timeSchema,
  problems: z.array(problemSchema).describe('warnings; errors would have refused it'),
});

const waitingSchema = z.object({ status: z.enum(['scheduled', 'awaiting_review']), publication: publicationSchema });
const publishAnswerSchema = z.discriminatedUnion('status', [publishedSchema, waitingSchema]);

const publishShape = {
  comment: z.string().trim().max(2_000).optional(),
  expectedVersion: z.number().int().min(0).nullable().optional(),
};

export const publishPolicy = defineContract({
  name: 'publishPolicy',
  method: 'POST',
  path: '/servers/{server}/policies/{policy}/publish',
  permission: 'policy.publish',
  summary:
    'Publishes the draft as the next version, or lets it wait for its time or a second person; 422 with the problems or the failing tests, 409 when another version is live.',
  body: z.strictObject({
    ...publishShape,
    mode: z.enum(['enforce', 'observe']).optional().describe('written into the text before it is published'),
    at: timeInputSchema.optional().describe('publishes at this time, when the same version is still live'),
    simulation: z.string().max(100).optional().describe('a finished simulation of exactly this text; becomes its forecast'),
  }),
  bodyOptional: true,
  answer: publishAnswerSchema,
  affectsGateway: true,
});

/** The numbers of a finished simulation that what happens afterwards is compared with. */
export const forecastSchema = z.object({
  simulation: z.string(),
  from: timeSchema,
  to: timeSchema,
  calls: z.number().int(),
  denied: z.number().int(),
  limited: z.number().int(),
  asked: z.number().int(),
  changed: z.number().int(),
  cannotTell: z.number().int(),
});

const versionSchema = z.object({
  version: z.number().int(),
  digest: z.string(),
  comment: z.string().nullable(),
  restoredFrom: z.number().int().nullable(),
  publishedBy: z.string(),
  approvedBy: z.string().nullable().describe('the second person'),
  publishedAt: timeSchema,
  publication: z.string().nullable().describe('the publication that waited before it'),
  forecast: forecastSchema.nullable().describe('what its simulation promised'),
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
  summary: 'Publishes the text of an old version as a new one, under the same rules as any publication.',
  body: z.strictObject(publishShape),
  bodyOptional: true,
  answer: z.discriminatedUnion('status', [publishedSchema.extend({ restoredFrom: z.number().int() }), waitingSchema]),
  affectsGateway: true,
});
