import { z } from 'zod';
import { defineContract } from '../define-contract';
import { pageOf, pageQueryShape, timeSchema } from '../schema-parts';

export const limitSchema = z.object({
  key: z.string(),
  server: z.string().nullable().describe('slug'),
  policy: z.string().describe('slug, or the id of a deleted policy'),
  rule: z.string(),
  counter: z.string(),
  window: z.string(),
  scope: z.string(),
  scopeKey: z.string(),
  scopeName: z.string().nullable().describe('who the key is, when it is a grant, an agent or a server'),
  used: z.number(),
  max: z.number(),
  share: z.number().describe('used / max'),
  windowStart: timeSchema,
  resetsAt: timeSchema,
  updatedAt: timeSchema,
});

export const listLimits = defineContract({
  name: 'listLimits',
  method: 'GET',
  path: '/limits',
  permission: 'read',
  summary: 'Counters whose window runs now, the nearest to exhaustion first.',
  query: z.strictObject({
    server: z.string().optional(),
    policy: z.string().optional().describe('id or slug'),
    scope: z.string().max(120).optional(),
    near: z.coerce.number().min(0).max(1).optional().describe('used at least this share of max'),
    q: z.string().max(200).optional(),
    ...pageQueryShape,
  }),
  answer: pageOf(limitSchema),
});
