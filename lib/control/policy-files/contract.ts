import { z } from 'zod';
import { defineContract } from '../define-contract';
import { testResultSchema } from '../policies/review-contract';
import { changeSentenceSchema } from '../publications/contract';
import { problemSchema } from '../schema-parts';

const POLICY_TEXT_MAX = 1024 * 1024;

export const importFormatSchema = z.enum(['policylayer', 'intercept', 'callgate']);

export const importReportRowSchema = z.object({
  from: z.string().describe('where it stands in the original, e.g. tools.create_charge.rules[1]'),
  line: z.number().int().describe('of the original, from 1; 0 when it has none'),
  to: z.string().nullable().describe('JSON Pointer into the new text'),
  status: z.enum(['mapped', 'changed', 'dropped']),
  effect: z.enum(['same', 'stricter', 'looser', 'unclear']).describe('on what is let pass, compared with the original'),
  note: z.string(),
});

export const importPolicyFile = defineContract({
  name: 'importPolicyFile',
  method: 'POST',
  path: '/policies/import',
  permission: 'read',
  summary: 'Makes a policy of this language from PolicyLayer JSON, Intercept YAML, or JSON and YAML of its own; stores nothing.',
  body: z.strictObject({
    text: z.string().max(POLICY_TEXT_MAX, 'at most 1 MiB').describe('the original'),
    format: importFormatSchema.or(z.literal('auto')).default('auto'),
    server: z.string().optional().describe('id or slug; its tools are compared with the policy'),
  }),
  answer: z.object({
    format: importFormatSchema,
    syntax: z.enum(['json', 'yaml']),
    text: z.string().describe('JSONC; the original when it cannot be read'),
    report: z.array(importReportRowSchema),
    valid: z.boolean().describe('the new text compiles'),
    problems: z.array(problemSchema),
    inOriginal: z.boolean().describe('the problems are those of the original, which cannot be read'),
  }),
});

export const exportPolicyFile = defineContract({
  name: 'exportPolicyFile',
  method: 'GET',
  path: '/servers/{server}/policies/{policy}/export',
  permission: 'read',
  summary: 'The text of a policy as a file: strict JSON, JSONC as written, YAML, or plain sentences as Markdown.',
  query: z.strictObject({
    format: z.enum(['json', 'jsonc', 'yaml', 'text']).default('jsonc'),
    version: z
      .string()
      .regex(/^(?:draft|live|[1-9][0-9]{0,8})$/, 'draft, live or the number of a version')
      .optional()
      .describe('the draft if there is one, else what is live, when left out'),
  }),
  answer: z.object({
    filename: z.string(),
    contentType: z.string(),
    version: z.union([z.literal('draft'), z.number().int()]),
    text: z.string(),
  }),
});

export const checkPolicyFile = defineContract({
  name: 'checkPolicyFile',
  method: 'POST',
  path: '/policies/check',
  permission: 'read',
  summary:
    'What publishing a text would change, without saving it: problems, its own tests, and the change against the live version in words.',
  body: z.strictObject({
    text: z.string().max(POLICY_TEXT_MAX, 'at most 1 MiB').describe('JSONC source'),
    server: z.string().describe('id or slug'),
    policy: z.string().optional().describe('id or slug; one that does not exist yet is compared with nothing'),
  }),
  answer: z.object({
    valid: z.boolean(),
    problems: z.array(problemSchema),
    tests: z.object({ passed: z.number().int(), failed: z.number().int(), results: z.array(testResultSchema) }),
    live: z.object({ version: z.number().int(), text: z.string() }).nullable().describe('what it was compared with'),
    change: z.object({
      kind: z.enum(['none', 'comments', 'rules']).describe('`comments`: the texts differ and decide alike'),
      loosening: z.boolean(),
      sentences: z.array(changeSentenceSchema).describe('loosening first'),
    }),
  }),
});
