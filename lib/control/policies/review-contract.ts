import { z } from 'zod';
import { defineContract } from '../define-contract';
import { changeSentenceSchema, publicationSchema } from '../publications/contract';
import { categorySchema, problemSchema, riskSchema, timeSchema } from '../schema-parts';

export const testResultSchema = z.object({
  name: z.string(),
  pointer: z.string(),
  line: z.number().int(),
  passed: z.boolean(),
  expected: z.string(),
  actual: z.string(),
  difference: z.string().nullable(),
});

export const modeSchema = z.enum(['enforce', 'observe']);

const affectedGrantSchema = z.object({
  id: z.string(),
  label: z.string().nullable(),
  agent: z.object({ id: z.string(), slug: z.string(), name: z.string(), status: z.string() }),
  lastUsedAt: timeSchema.nullable(),
});

export const reviewPolicy = defineContract({
  name: 'reviewPolicy',
  method: 'GET',
  path: '/servers/{server}/policies/{policy}/review',
  permission: 'read',
  summary: 'Everything a person has to know before publishing the saved draft, or before restoring an old version.',
  query: z.strictObject({
    mode: modeSchema.optional().describe('reviews the text as it would be published in this mode'),
    restore: z.coerce.number().int().min(1).optional().describe('reviews restoring this version instead of the draft'),
  }),
  answer: z.object({
    text: z.string().describe('what would be published'),
    digest: z.string(),
    mode: modeSchema.describe('of that text; `enforce` when it does not compile'),
    base: z.object({ version: z.number().int().nullable(), text: z.string().nullable() }).describe('what the draft was begun from'),
    live: z.object({ version: z.number().int().nullable(), text: z.string().nullable() }),
    stale: z.boolean().describe('another version went live since the draft was begun: merge before publishing'),
    nextVersion: z.number().int(),
    problems: z.array(problemSchema),
    tests: z.object({ passed: z.number().int(), failed: z.number().int(), results: z.array(testResultSchema) }),
    change: z.object({
      sentences: z.array(changeSentenceSchema).describe('loosening first'),
      loosening: z.boolean(),
      kind: z.enum(['none', 'comments', 'rules']).describe('`comments`: the texts differ and decide alike'),
      opens: z
        .array(z.object({ tool: z.string(), category: categorySchema, risk: riskSchema }))
        .nullable()
        .describe('when the default turns to allow: every tool that becomes callable, riskiest first; else null'),
    }),
    affected: z.object({
      grants: z.number().int(),
      agents: z.number().int(),
      items: z.array(affectedGrantSchema).describe('last used first, 100 at most'),
      nodes: z.object({ reporting: z.number().int(), silent: z.number().int() }),
    }),
    secondPerson: z.object({ setting: z.enum(['never', 'loosening', 'always']), needed: z.boolean(), because: z.string().nullable() }),
    managedBy: z.string().nullable(),
    simulation: z
      .object({ id: z.string(), status: z.string(), from: timeSchema, to: timeSchema, finishedAt: timeSchema.nullable() })
      .nullable()
      .describe('the latest one of exactly this text'),
    waiting: publicationSchema.nullable(),
    blocked: z.array(z.string()).describe('why it cannot be published now, one sentence each'),
  }),
});

const countsSchema = z.object({
  calls: z.number().int().nullable().describe('null where the span is too long to count every call'),
  denied: z.number().int().describe('denied or hidden, also where only observed'),
  limited: z.number().int(),
  asked: z.number().int(),
});
const rangeSchema = z.object({ expected: z.number(), low: z.number().int(), high: z.number().int() });

const spanSchema = z.object({
  from: timeSchema,
  to: timeSchema,
  complete: z.boolean().describe('false while it still runs'),
  counts: countsSchema,
  forecast: z.object({ denied: rangeSchema, limited: rangeSchema, asked: rangeSchema }).nullable(),
  deviates: z.array(
    z.object({ outcome: z.enum(['denied', 'limited', 'asked']), actual: z.number().int(), direction: z.enum(['more', 'fewer']) }),
  ),
});

export const watchPolicyVersion = defineContract({
  name: 'watchPolicyVersion',
  method: 'GET',
  path: '/servers/{server}/policies/{policy}/versions/{n}/watch',
  permission: 'read',
  summary: 'What happened since a version was published, compared with its forecast or with the same time before.',
  answer: z.object({
    version: z.number().int(),
    publishedAt: timeSchema,
    endedAt: timeSchema.nullable().describe('when the next version replaced it'),
    forecastFrom: z.enum(['simulation', 'before']).nullable(),
    simulation: z.string().nullable(),
    first: spanSchema.describe('the first 15 minutes'),
    soFar: spanSchema.describe('until now or until its end, 24 hours at most'),
    previous: z.number().int().nullable().describe('the version that was live before'),
  }),
});
