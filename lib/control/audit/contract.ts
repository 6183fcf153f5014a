import { z } from 'zod';
import { EVENT_DECISIONS, EVENT_OUTCOMES } from '@/lib/domain/audit-event';
import { RESULT_FLAGS } from '@/lib/domain/result-flags';
import { CATEGORIES, RISK_LEVELS } from '@/lib/domain/risk';
import { traceStepSchema } from '../decisions/contract';
import { defineContract } from '../define-contract';
import { anyOf, categorySchema, pageOf, pageQueryShape, riskSchema, timeInputSchema, timeSchema } from '../schema-parts';

/** A row of the audit list: never arguments. */
export const auditRowSchema = z.object({
  id: z.string(),
  at: timeSchema,
  method: z.string(),
  decision: z.enum(EVENT_DECISIONS),
  reason: z.string(),
  rule: z.string(),
  message: z.string().nullable(),
  server: z.string().nullable(),
  agent: z.string().nullable(),
  grant: z.string().nullable(),
  policy: z.string().nullable(),
  policyVersion: z.number().int().nullable(),
  tool: z.string().nullable(),
  innerTool: z.string().nullable(),
  category: categorySchema.nullable(),
  risk: riskSchema.nullable(),
  client: z.object({ name: z.string(), version: z.string().nullable() }).nullable(),
  argumentsBytes: z.number().int().nullable(),
  outcome: z.enum(EVENT_OUTCOMES).nullable().describe('null while the call runs, and for what was never sent'),
  httpStatus: z.number().int().nullable(),
  upstreamMs: z.number().nullable(),
  gatewayMs: z.number().nullable().describe('milliseconds of everything but the upstream'),
  policyMs: z.number().nullable().describe('of the time of the gateway, what the policy took; null where it was not recorded'),
  admissionMs: z.number().nullable().describe('of the time of the gateway, what writing the call down and its limits took'),
  resultBytes: z.number().int().nullable(),
  target: z.string().nullable().describe('what a request other than a call was about: an address, a name, what a server asked for'),
  flags: z.array(z.enum(RESULT_FLAGS)).describe('what was noticed in the answer'),
  session: z.string().nullable(),
  sourceIp: z.string().nullable(),
  rpcId: z.union([z.string(), z.number()]).nullable().describe('the JSON-RPC id that the client gave its request'),
  node: z.string().nullable().describe('the gateway that took the call'),
});
export type AuditRow = z.output<typeof auditRowSchema>;

const MINUS = 'or `-`: none recorded';

/** The filters of the audit list; statistics and live pages use the same. */
export const auditFilterShape = {
  from: timeInputSchema.optional().describe('inclusive'),
  to: timeInputSchema.optional().describe('exclusive'),
  server: anyOf(z.string()).optional().describe(`slugs or ids, ${MINUS}`),
  agent: anyOf(z.string()).optional().describe(`slugs or ids, ${MINUS}`),
  grant: anyOf(z.string()).optional().describe(`ids, ${MINUS}`),
  policy: anyOf(z.string()).optional().describe(`slugs or ids, ${MINUS}`),
  tool: anyOf(z.string()).optional().describe(`called or inner tool, exact, ${MINUS}`),
  outcome: anyOf(z.enum([...EVENT_OUTCOMES, 'none']))
    .optional()
    .describe('`none`: not settled'),
  risk: anyOf(z.enum([...RISK_LEVELS, '-'])).optional(),
  category: anyOf(z.enum([...CATEGORIES, '-'])).optional(),
  decision: anyOf(z.enum(EVENT_DECISIONS)).optional(),
  method: anyOf(z.string()).optional(),
  reason: anyOf(z.string()).optional().describe('why it was decided so, e.g. `limit.exhausted`'),
  rule: anyOf(z.string()).optional().describe('JSON Pointer of the deciding rule, exact'),
  session: z.string().max(300).optional(),
  client: anyOf(z.string()).optional().describe('names that clients gave themselves'),
  flag: anyOf(z.enum(RESULT_FLAGS)).optional().describe('noticed in the answer; one of them suffices'),
  slowerThan: z.coerce.number().min(0).optional().describe('milliseconds of the upstream'),
  fasterThan: z.coerce.number().min(0).optional().describe('milliseconds of the upstream'),
  q: z
    .string()
    .max(200)
    .optional()
    .describe(
      'an event id, or part of tool, target, rule, reason, message, agent, server or client; looks 7 days back unless `from` says more',
    ),
};

const auditFilterSchema = z.strictObject(auditFilterShape);
export type AuditFilters = z.output<typeof auditFilterSchema>;

/** How much of the filter's time an answer is about. What is not complete goes on with the cursor, or with a narrower filter. */
export const coverageSchema = z.object({
  complete: z.boolean(),
  scannedBack: timeSchema.nullable().describe('only what came from here on was looked at'),
  uncounted: z.number().int().describe('rows of the trail that the numbers do not have yet; 0 but for a while after a start'),
});

export type Coverage = z.output<typeof coverageSchema>;

export const listAudit = defineContract({
  name: 'listAudit',
  method: 'GET',
  path: '/audit',
  permission: 'read',
  summary: 'Calls at the gateway, newest first, without payloads.',
  query: z.strictObject({ ...auditFilterShape, ...pageQueryShape }),
  answer: pageOf(auditRowSchema).extend({ coverage: coverageSchema }),
});

export const getAuditEvent = defineContract({
  name: 'getAuditEvent',
  method: 'GET',
  path: '/audit/{event}',
  permission: 'read',
  summary: 'One event with its trace. Arguments are opened for readers of payloads, and that is recorded.',
  answer: auditRowSchema.extend({
    definitionDigest: z.string().nullable(),
    argumentsShape: z
      .string()
      .nullable()
      .describe('names that the tool declares with their types, `+n` for others, `#` with a keyed digest of the rest'),
    elevation: z
      .object({ id: z.string(), reason: z.string(), requestedBy: z.string(), decidedBy: z.string().nullable(), until: timeSchema })
      .nullable()
      .describe('the grant used this policy for a while only'),
    trace: z.array(traceStepSchema),
    charges: z.json(),
    arguments: z.union([z.object({ shown: z.literal(true), value: z.json() }), z.object({ shown: z.literal(false), why: z.string() })]),
    settlements: z.array(
      z.object({
        at: timeSchema,
        outcome: z.enum(EVENT_OUTCOMES),
        httpStatus: z.number().int().nullable(),
        upstreamMs: z.number().nullable(),
        gatewayMs: z.number().nullable(),
        policyMs: z.number().nullable(),
        admissionMs: z.number().nullable(),
        note: z.string().nullable(),
        flags: z.array(z.enum(RESULT_FLAGS)),
      }),
    ),
    integrity: z.object({ writer: z.string(), seq: z.string(), hash: z.string(), previousHash: z.string() }),
  }),
});

export const getAuditContext = defineContract({
  name: 'getAuditContext',
  method: 'GET',
  path: '/audit/{event}/context',
  permission: 'read',
  summary: 'What the session did just before and after an event, and the approval that it asked for or used.',
  answer: z.object({
    before: z.array(auditRowSchema).describe('newest first'),
    after: z.array(auditRowSchema).describe('oldest first'),
    hours: z.number().describe('how far before and after was looked'),
    approval: z
      .object({
        id: z.string(),
        status: z.string(),
        askedAt: timeSchema,
        expiresAt: timeSchema,
        decidedAt: timeSchema.nullable(),
        decidedBy: z.string().nullable(),
        decidedReason: z.string().nullable(),
        votes: z.array(z.object({ by: z.string(), vote: z.string(), reason: z.string().nullable(), at: timeSchema })),
      })
      .nullable(),
  }),
});
