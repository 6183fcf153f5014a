import { z } from 'zod';
import { defineContract } from '../define-contract';
import { categorySchema, dispatchSchema, findingSchema, jsonObjectSchema, riskSchema } from '../schema-parts';

export const classifyTools = defineContract({
  name: 'classifyTools',
  method: 'POST',
  path: '/classifications',
  permission: 'read',
  summary: 'Classifies up to 5,000 definitions that need not be registered; the same engine as a sync, stores nothing.',
  body: z.strictObject({
    server: z.string().max(200).describe('name of the server; may be any'),
    tools: z
      .array(
        z.looseObject({
          name: z.string().min(1).max(512),
          title: z.string().nullish(),
          description: z.string().nullish(),
          inputSchema: jsonObjectSchema.nullish(),
          annotations: jsonObjectSchema.nullish(),
        }),
      )
      .max(5_000),
  }),
  answer: z.array(
    z.object({
      name: z.string(),
      category: categorySchema,
      risk: riskSchema,
      reasons: z.array(z.string()),
      confidence: z.enum(['high', 'medium', 'low']),
      findings: z.array(findingSchema),
      dispatch: dispatchSchema.optional(),
    }),
  ),
  bodyBytesMax: 32 * 1024 * 1024,
});
