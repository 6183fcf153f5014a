import { z } from 'zod';
import { REVIEW_DAYS_MAX } from '@/lib/domain/life-cycle';
import { defineContract } from '../define-contract';
import { anyOf, flagSchema, lineSchema, pageOf, pageQueryShape, referenceSchema, slugSchema, timeSchema } from '../schema-parts';

const reviewDaysSchema = z.number().int().min(1).max(REVIEW_DAYS_MAX);
const labelsSchema = z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/), z.string().max(200));

export const agentSchema = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  owner: z.string(),
  ownerActive: z.boolean().describe('false when the owner is a member who was disabled: the agent is refused'),
  purpose: z.string().nullable(),
  environment: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  status: z.enum(['active', 'suspended']),
  grants: z.number().int().describe('active grants'),
  servers: z.array(z.string()).describe('slugs of the servers that its active grants name'),
  unusedGrants: z.number().int().describe('active grants that were not used for 30 days, or never in 14'),
  elevated: z.boolean().describe('a grant uses another policy for a while'),
  lastUsedAt: timeSchema.nullable(),
  lastClient: z.object({ name: z.string(), version: z.string().nullable() }).nullable().describe('as it said of itself'),
  lastSourceIp: z.string().nullable(),
  review: z.object({
    days: z.number().int().describe('from one review to the next'),
    due: timeSchema,
    overdue: z.boolean(),
    reviewedAt: timeSchema.nullable(),
    reviewedBy: z.string().nullable(),
  }),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  etag: z.string(),
});
export type AgentAnswer = z.output<typeof agentSchema>;

/** What one grant lets the agent see on one server now. */
const reachSchema = z.object({
  grant: z.string(),
  label: z.string().nullable(),
  server: referenceSchema,
  policy: z.string().nullable().describe('in force: of the elevation while one lasts'),
  version: z.number().int().nullable(),
  elevatedUntil: timeSchema.nullable(),
  mode: z.enum(['enforce', 'observe']).nullable(),
  listed: z.array(z.string()).describe('tools that tools/list shows'),
  hidden: z.number().int(),
  callable: z.array(z.string()).describe('tools that at least some calls may use'),
  asks: z.array(z.string()).describe('of these, a person is asked'),
  limited: z.array(z.string()).describe('of these, a counter is charged'),
  words: z.string().describe('the same in a sentence'),
  note: z.string().nullable().describe('why nothing is listed'),
});

export const listAgents = defineContract({
  name: 'listAgents',
  method: 'GET',
  path: '/agents',
  permission: 'read',
  summary: 'The agents.',
  query: z.strictObject({
    q: z.string().max(200).optional(),
    owner: z.string().max(200).optional(),
    status: anyOf(z.enum(['active', 'suspended'])).optional(),
    environment: z.string().max(120).optional(),
    review: z.enum(['overdue', 'done']).optional(),
    unused: flagSchema.optional().describe('with an active grant that is not used'),
    ...pageQueryShape,
  }),
  answer: pageOf(agentSchema),
});

export const createAgent = defineContract({
  name: 'createAgent',
  method: 'POST',
  path: '/agents',
  permission: 'agent.write',
  summary: 'Registers an agent; the owner is the person who answers for it.',
  body: z.strictObject({
    slug: slugSchema,
    name: lineSchema(120),
    owner: lineSchema(200),
    purpose: lineSchema(500).nullish(),
    environment: lineSchema(120).nullish(),
    labels: labelsSchema.optional(),
    reviewDays: reviewDaysSchema.optional(),
  }),
  answer: agentSchema,
  status: 201,
  affectsGateway: true,
});

export const getAgent = defineContract({
  name: 'getAgent',
  method: 'GET',
  path: '/agents/{agent}',
  permission: 'read',
  summary: 'One agent and what it reaches.',
  answer: agentSchema.extend({
    reach: z.array(reachSchema),
    gatewayUrl: z.string().describe('all of its servers at one address, for any active token of it'),
  }),
});

export const updateAgent = defineContract({
  name: 'updateAgent',
  method: 'PATCH',
  path: '/agents/{agent}',
  permission: 'agent.write',
  summary: 'Changes an agent; status suspended refuses its next call.',
  body: z.strictObject({
    name: lineSchema(120).optional(),
    owner: lineSchema(200).optional(),
    purpose: lineSchema(500).nullable().optional(),
    environment: lineSchema(120).nullable().optional(),
    labels: labelsSchema.optional(),
    reviewDays: reviewDaysSchema.optional().describe('the next review is due so many days after the last one, or after the agent was made'),
    status: z.enum(['active', 'suspended']).optional(),
    reason: lineSchema(500).optional().describe('kept with the change'),
  }),
  answer: agentSchema,
  affectsGateway: true,
});

export const reviewAgent = defineContract({
  name: 'reviewAgent',
  method: 'POST',
  path: '/agents/{agent}/review',
  permission: 'agent.write',
  summary: 'Somebody looked: the agent is still needed, and what it reaches is right. Moves the next review on.',
  body: z.strictObject({ note: lineSchema(500).optional().describe('kept with the change') }),
  bodyOptional: true,
  answer: agentSchema,
});
