import { z } from 'zod';
import { OUTCOMES } from '@/lib/domain/decision';
import { TARGET_METHODS } from '@/lib/domain/target-methods';
import { defineContract } from '../define-contract';
import { categorySchema, jsonObjectSchema, riskSchema, timeInputSchema } from '../schema-parts';

export const traceStepSchema = z.object({
  stage: z.enum(['identity', 'visibility', 'action', 'require', 'deny_if', 'limit', 'approval', 'dispatch', 'default']),
  rule: z.string(),
  tool: z.string(),
  path: z.string().optional(),
  op: z.string().optional(),
  expected: z.json().optional(),
  actual: z.json().optional().describe('redacted'),
  result: z.enum(['pass', 'fail', 'error', 'not_reached']),
  decided: z.boolean().optional(),
  observed: z.boolean().optional().describe('the rule of this step only observes, although its block enforces'),
  note: z.string().optional(),
});

export const decide = defineContract({
  name: 'decide',
  method: 'POST',
  path: '/decisions',
  permission: 'read',
  summary: 'What the gateway would decide, with the trace. Runs the real engine, sends nothing upstream, charges nothing.',
  body: z.strictObject({
    server: z.string().min(1),
    policy: z.string().min(1).optional().describe('the live version of this policy'),
    text: z
      .string()
      .max(1024 * 1024)
      .optional()
      .describe('this text instead of a published policy'),
    grant: z.string().min(1).optional(),
    agent: z.string().min(1).optional(),
    method: z
      .enum(['tools/call', ...TARGET_METHODS])
      .default('tools/call')
      .describe('what is asked; the last three are what a server asks of the client'),
    tool: z.string().min(1).max(512).optional().describe('of `tools/call`, and required there'),
    target: z
      .string()
      .min(1)
      .max(8_192)
      .optional()
      .describe('the address for `resources/read`, the name for `prompts/get`; required there and nowhere else'),
    arguments: jsonObjectSchema.default({}).describe('of the tool or the prompt, or the parameters of what a server asks'),
    at: timeInputSchema.optional().describe('now unless told'),
    counters: z
      .record(z.string(), z.number().min(0))
      .optional()
      .describe('what the counters stand at, by counter name; the live ones when a grant is named, zero otherwise'),
  }),
  answer: z.object({
    outcome: z.enum(OUTCOMES),
    passes: z.boolean(),
    observed: z.boolean(),
    reason: z.string(),
    rule: z.string(),
    message: z.string().nullable(),
    tools: z.array(z.string()),
    category: categorySchema.nullable().describe('null for what is no tool call'),
    risk: riskSchema.nullable().describe('null for what is no tool call'),
    policy: z.object({ id: z.string(), slug: z.string(), version: z.number().int() }).nullable(),
    charges: z.array(
      z.object({
        rule: z.string(),
        counter: z.string(),
        scope: z.string(),
        scopeKey: z.string(),
        amount: z.number(),
        used: z.number(),
        max: z.number(),
        enforced: z.boolean(),
      }),
    ),
    approval: z.json().nullable(),
    redact: z.array(z.string()),
    trace: z.array(traceStepSchema),
  }),
});
