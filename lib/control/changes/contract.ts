import { z } from 'zod';
import { defineContract } from '../define-contract';
import { anyOf, pageOf, pageQueryShape, timeInputSchema, timeSchema } from '../schema-parts';

export const changeSchema = z.object({
  id: z.string(),
  at: timeSchema,
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  action: z.string().describe('e.g. `policy.publish`'),
  entity: z.string(),
  entityId: z.string(),
  entityName: z.string().nullable(),
  before: z.json().nullable(),
  after: z.json().nullable(),
  requestId: z.string().nullable(),
});

export const listChanges = defineContract({
  name: 'listChanges',
  method: 'GET',
  path: '/changes',
  permission: 'read',
  summary: 'What people and keys changed, newest first, with before and after.',
  query: z.strictObject({
    from: timeInputSchema.optional(),
    to: timeInputSchema.optional(),
    actor: z.string().max(200).optional().describe('id or name'),
    action: anyOf(z.string()).optional(),
    entity: anyOf(z.string()).optional(),
    entityId: z.string().max(200).optional(),
    q: z.string().max(200).optional(),
    ...pageQueryShape,
  }),
  answer: pageOf(changeSchema),
});
