import { z } from 'zod';
import { exceptionScopeSchema } from '../approvals/contract';
import { defineContract } from '../define-contract';
import { flagSchema, lineSchema, pageOf, pageQueryShape, riskSchema, timeSchema } from '../schema-parts';

export const exceptionSchema = z.object({
  id: z.string(),
  active: z.boolean().describe('lets such calls through without asking'),
  scope: exceptionScopeSchema,
  approval: z.string(),
  agent: z.object({ id: z.string(), slug: z.string() }),
  server: z.object({ id: z.string(), slug: z.string() }),
  policy: z.string().describe('slug'),
  tool: z.string(),
  innerTool: z.string().nullable(),
  risk: riskSchema,
  createdBy: z.string(),
  reason: z.string().nullable().describe('what those who agreed said'),
  createdAt: timeSchema,
  expiresAt: timeSchema,
  uses: z.number().int(),
  lastUsedAt: timeSchema.nullable(),
  lastEvent: z.string().nullable(),
  revokedAt: timeSchema.nullable(),
  revokedBy: z.string().nullable(),
  revokeReason: z.string().nullable(),
});
export type ExceptionAnswer = z.output<typeof exceptionSchema>;

export const listExceptions = defineContract({
  name: 'listExceptions',
  method: 'GET',
  path: '/exceptions',
  permission: 'read',
  summary:
    'What approvals for a while left behind: the same call, or calls within a scope, again without asking. Newest first. Values only for readers of payloads; recorded as reading the arguments.',
  query: z.strictObject({
    agent: z.string().optional().describe('id or slug'),
    server: z.string().optional().describe('id or slug'),
    active: flagSchema.optional(),
    ...pageQueryShape,
  }),
  answer: pageOf(exceptionSchema),
});

export const revokeException = defineContract({
  name: 'revokeException',
  method: 'POST',
  path: '/exceptions/{exception}/revoke',
  permission: 'approval.decide',
  summary: 'The next such call asks a person again.',
  body: z.strictObject({ reason: lineSchema(500).optional() }),
  bodyOptional: true,
  answer: exceptionSchema,
});
