import { z } from 'zod';
import { APPROVAL_STATUSES } from '@/lib/domain/approval/approval-state';
import { APPROVAL_DURATIONS, type ApprovalDuration } from '@/lib/domain/approval/approval-terms';
import { ARGUMENT_ROWS_MAX } from '@/lib/domain/approval/argument-path';
import { ARGUMENT_BOUNDS } from '@/lib/domain/approval/argument-scope';
import { traceStepSchema } from '../decisions/contract';
import { defineContract } from '../define-contract';
import { anyOf, categorySchema, pageOf, pageQueryShape, riskSchema, timeSchema } from '../schema-parts';

const DURATIONS = Object.keys(APPROVAL_DURATIONS) as [ApprovalDuration, ...ApprovalDuration[]];

export const approvalSchema = z.object({
  id: z.string(),
  status: z.enum(APPROVAL_STATUSES),
  digest: z
    .string()
    .describe(
      'SHA-256 of agent, server, tools, arguments, tool definitions and classes, policy version, rule and grant; deciding names it',
    ),
  server: z.object({ id: z.string(), slug: z.string() }),
  agent: z.object({ id: z.string(), slug: z.string(), owner: z.string() }),
  grant: z.string(),
  policy: z.object({ id: z.string(), slug: z.string(), version: z.number().int() }),
  tool: z.string(),
  innerTool: z.string().nullable().describe('what a dispatcher would run'),
  category: categorySchema,
  risk: riskSchema,
  purpose: z.string().nullable(),
  rule: z.string().describe('JSON Pointer of the deciding rule'),
  message: z.string().nullable().describe('what the rule says to the agent'),
  approvers: z.array(z.string()),
  votesNeeded: z.number().int(),
  votes: z.array(
    z.object({
      by: z.string(),
      kind: z.enum(['user', 'key']),
      vote: z.enum(['approve', 'deny']),
      reason: z.string().nullable(),
      at: timeSchema,
    }),
  ),
  asks: z.number().int().describe('identical calls so far, the first included'),
  createdAt: timeSchema,
  lastAskedAt: timeSchema,
  expiresAt: timeSchema.describe('who decides nothing until then denies'),
  decidedAt: timeSchema.nullable(),
  decidedBy: z.string().nullable(),
  decidedReason: z.string().nullable(),
  usableUntil: timeSchema.nullable().describe('an approval that was given waits for its call until then'),
  finishedAt: timeSchema.nullable(),
  consumedEvent: z.string().nullable().describe('the call that the approval let through'),
  differences: z.array(z.string()).describe('what made it stale, a sentence each'),
  reuseMs: z
    .number()
    .int()
    .describe('how long the same arguments stay approved when the approver says nothing else, by `reuse` of the rule; 0: one call'),
  waiting: z
    .object({ calls: z.number().int(), until: timeSchema.nullable() })
    .describe('calls that are held for it now, and until when the longest of them'),
  viewers: z.array(z.string()).describe('names of others who have it open now'),
  assigned: z
    .object({ id: z.string(), name: z.string(), by: z.string(), at: timeSchema })
    .nullable()
    .describe('who was asked by name to decide, and by whom; others may as before'),
  comments: z.number().int().describe('questions and answers so far'),
  snoozedUntil: timeSchema.nullable().describe('the caller has put it aside until then'),
  latestExpiresAt: timeSchema.describe('`expiresAt` can be extended to this time'),
  sentence: z.string().nullable().describe('the template of the tool’s sentence, e.g. `Refund {amount} to {customer}`; no values'),
  now: timeSchema.describe('by the database’s clock, when this was read: what time is left counts from here'),
  decision: z.object({ may: z.boolean(), why: z.string() }).describe('whether the caller may decide, and why or who can'),
});
export type ApprovalAnswer = z.output<typeof approvalSchema>;

export const boundSchema = z.enum(ARGUMENT_BOUNDS);

/** What an exception lets through, as far as the caller may read values. */
export const exceptionScopeSchema = z.object({
  loosened: z.boolean().describe('false: only the very arguments of the request pass'),
  sentence: z.string().describe('who may call what, until when, with which arguments; without values for whoever may not read payloads'),
  arguments: z
    .array(z.object({ path: z.string(), bound: boundSchema, value: z.string().nullable().describe('JSON; null when it may not be shown') }))
    .describe('every argument of the scope that is not redacted; empty when nothing is loosened'),
  redacted: z.number().int().describe('further arguments that have to be exactly as they were, and are not shown'),
});

export const commentSchema = z.object({
  id: z.string(),
  by: z.string(),
  kind: z.enum(['user', 'key']),
  byOwner: z.boolean().describe('the author owned the agent, and may not decide'),
  text: z.string().describe('plain text'),
  at: timeSchema,
});

export const approvalDetailSchema = approvalSchema.extend({
  owns: z.boolean().describe('the caller owns the agent that asks'),
  thread: z.array(commentSchema).describe('questions and answers, oldest first'),
  arguments: z.discriminatedUnion('shown', [
    z.object({
      shown: z.literal(true),
      text: z.string().describe('canonical JSON (RFC 8785), redacted by the policy'),
      value: z.json().describe('the same as a value'),
      inputs: z.string().nullable().describe('the same of what the server would get beside the arguments; null without'),
      scopable: z
        .array(z.object({ path: z.string(), bounds: z.array(boundSchema) }))
        .describe('arguments that may be loosened when approving for a while, with the bounds to choose from; dotted paths'),
    }),
    z.object({ shown: z.literal(false), why: z.string() }),
  ]),
  argumentsBytes: z.number().int(),
  argumentsDigest: z.string().describe('HMAC-SHA-256, the same as in the audit trail'),
  trace: z.array(traceStepSchema),
  client: z.object({ name: z.string(), version: z.string() }).nullable(),
  session: z.string().nullable(),
  sourceIp: z.string().nullable(),
  exception: z
    .object({
      id: z.string(),
      expiresAt: timeSchema,
      uses: z.number().int(),
      lastUsedAt: timeSchema.nullable(),
      revokedAt: timeSchema.nullable(),
      revokedBy: z.string().nullable(),
      scope: exceptionScopeSchema,
    })
    .nullable(),
});
export type ApprovalDetail = z.output<typeof approvalDetailSchema>;

export const listApprovals = defineContract({
  name: 'listApprovals',
  method: 'GET',
  path: '/approvals',
  permission: 'read',
  summary:
    'Calls that need, or needed, a person, newest first or those with the least time left first. Arguments are in the single request only.',
  query: z.strictObject({
    status: anyOf(z.enum(APPROVAL_STATUSES)).optional(),
    server: z.string().optional().describe('id or slug'),
    agent: z.string().optional().describe('id or slug'),
    assigned: z.literal('me').optional().describe('`me`: what the caller was asked by name to decide'),
    order: z.enum(['newest', 'due']).default('newest'),
    ...pageQueryShape,
  }),
  answer: pageOf(approvalSchema),
});

export const getApproval = defineContract({
  name: 'getApproval',
  method: 'GET',
  path: '/approvals/{approval}',
  permission: 'read',
  summary: 'One request with its trace, and its exact arguments for those who may read payloads; that they were read is recorded.',
  answer: approvalDetailSchema,
});

const digestSchema = z
  .string()
  .min(1, 'name the digest of what you were shown, or leave it out')
  .optional()
  .describe('`digest` of the request that was read; 409 when the request is another one');
const reasonSchema = z.string().trim().max(1_000);

const scopeSchema = z
  .record(z.string().max(2_000), boundSchema)
  .refine((scope) => Object.keys(scope).length <= ARGUMENT_ROWS_MAX, `name at most ${ARGUMENT_ROWS_MAX} arguments`)
  .describe(
    'Bounds by argument path, for an approval for a while: `equal` (what is not named), `at_most` (a number from 0 to the one that was shown), `any` (any text). Never more arguments than were shown. 400 naming the path for what was not shown or cannot be loosened; critical calls are never loosened. Of several people the tightest decides.',
  );

export const approveApproval = defineContract({
  name: 'approveApproval',
  method: 'POST',
  path: '/approvals/{approval}/approve',
  permission: 'approval.decide',
  summary:
    'Yes to exactly this call. 403 for whom the rule does not name and for the owner of the agent; 409 when it is decided, over, or no longer what was shown.',
  body: z.strictObject({
    digest: digestSchema,
    reason: reasonSchema.optional(),
    for: z
      .enum(DURATIONS)
      .optional()
      .describe(
        '`once`, or how long the same arguments stay approved: a listed exception that ends by itself and can be revoked. Left out: as `reuse` of the rule says. A critical call is approved for no longer than that.',
      ),
    scope: scopeSchema.optional(),
  }),
  bodyOptional: true,
  answer: approvalSchema,
});

export const denyApproval = defineContract({
  name: 'denyApproval',
  method: 'POST',
  path: '/approvals/{approval}/deny',
  permission: 'approval.decide',
  summary: 'No, and why: the agent reads the reason. The same call is denied for 10 minutes without asking anybody.',
  body: z.strictObject({ digest: digestSchema, reason: reasonSchema.optional() }),
  bodyOptional: true,
  answer: approvalSchema,
});

export const withdrawApproval = defineContract({
  name: 'withdrawApproval',
  method: 'POST',
  path: '/approvals/{approval}/withdraw',
  permission: 'approval.decide',
  summary: 'Takes back a request, or an approval that was not used yet, with the exception it left behind.',
  body: z.strictObject({ reason: reasonSchema.optional() }),
  bodyOptional: true,
  answer: approvalSchema,
});
