import { z } from 'zod';
import { defineContract } from '../define-contract';
import { emailSchema, memberSchema, passwordSchema } from '../members/contract';
import { lineSchema } from '../schema-parts';

export const getSetup = defineContract({
  name: 'getSetup',
  method: 'GET',
  path: '/setup',
  permission: 'public',
  summary: 'Whether the first administrator is still to be made; signed in, also how far the set-up is.',
  answer: z.object({
    needed: z.boolean(),
    steps: z
      .object({
        server: z.boolean(),
        tools: z.boolean(),
        policy: z.boolean(),
        grant: z.boolean(),
        connected: z.boolean(),
        enforced: z.boolean(),
      })
      .nullable()
      .describe('null without sign-in'),
  }),
});

export const completeSetup = defineContract({
  name: 'completeSetup',
  method: 'POST',
  path: '/setup',
  permission: 'public',
  summary: 'Makes the first administrator with the one-time code that the start printed.',
  body: z.strictObject({ code: z.string().min(1).max(200), name: lineSchema(120), email: emailSchema, password: passwordSchema }),
  answer: memberSchema,
  status: 201,
});
