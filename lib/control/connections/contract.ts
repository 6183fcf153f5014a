import { z } from 'zod';
import { defineContract } from '../define-contract';
import { timeInputSchema, timeSchema } from '../schema-parts';

export const connectionSchema = z.object({
  since: timeSchema.describe('what is looked at begins here; at most an hour ago'),
  client: z.object({ name: z.string(), version: z.string().nullable() }).nullable().describe('as it announced itself'),
  sourceIp: z.string().nullable(),
  steps: z
    .array(z.object({ name: z.enum(['reached', 'authenticated', 'introduced', 'listed', 'called']), at: timeSchema.nullable() }))
    .describe('in order; null has not happened since then'),
  problems: z
    .array(
      z.object({
        reason: z.string(),
        message: z.string().describe('what was wrong'),
        fix: z.string().describe('what to do about it'),
        certain: z.boolean().describe('false when the request did not say whose it was, so it may have been somebody else’s'),
        count: z.number().int(),
        at: timeSchema.describe('the last time'),
        sourceIp: z.string().nullable(),
        event: z.string(),
      }),
    )
    .describe('requests that were refused or failed, newest first, alike ones together, at most 5'),
});
export type ConnectionAnswer = z.output<typeof connectionSchema>;

export const getConnection = defineContract({
  name: 'getConnection',
  method: 'GET',
  path: '/grants/{grant}/connection',
  permission: 'read',
  summary: 'How far a client of this grant came, and why requests that may have been its own were refused.',
  query: z.strictObject({ since: timeInputSchema.optional().describe('an hour ago unless told') }),
  answer: connectionSchema,
});
