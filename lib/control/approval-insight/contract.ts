import { z } from 'zod';
import { DECIDED_AT_ONCE_MAX } from '@/lib/domain/approval/approval-terms';
import { EVENT_DECISIONS } from '@/lib/domain/audit-event';
import { approvalSchema } from '../approvals/contract';
import { defineContract } from '../define-contract';
import { riskSchema, timeSchema } from '../schema-parts';

const insightSchema = z.object({
  path: z.string().describe('dotted path below the arguments'),
  now: z.string().nullable().describe('JSON of the value of this call'),
  last: z.string().nullable().describe('JSON of the value of the call that was approved last'),
  usual: z.string().nullable().describe('how earlier calls were, in words'),
  marks: z.array(z.enum(['changed', 'new', 'highest', 'lowest', 'secret'])),
});

export const approvalContextSchema = z.object({
  riskReasons: z.array(z.string()).describe('why the tool has its risk'),
  reach: z.array(z.string()).describe('what the call can do at worst, a sentence each'),
  comparison: z.discriminatedUnion('shown', [
    z.object({
      shown: z.literal(true),
      rows: z.array(insightSchema),
      last: z.object({ approval: z.string(), at: timeSchema, by: z.string(), kept: z.boolean() }).nullable(),
      calls: z
        .number()
        .int()
        .describe('earlier calls of this agent and tool whose arguments were kept: the newest, at most 300 and 4 MB of arguments'),
      days: z.number().int(),
    }),
    z.object({ shown: z.literal(false), why: z.string() }),
  ]),
  before: z
    .array(z.object({ event: z.string(), at: timeSchema, tool: z.string().nullable(), decision: z.enum(EVENT_DECISIONS) }))
    .describe('what the agent called just before, oldest first'),
  similar: z
    .object({ days: z.number().int(), approved: z.number().int(), denied: z.number().int(), expired: z.number().int() })
    .describe('requests of this agent and tool'),
});
export type ApprovalContext = z.output<typeof approvalContextSchema>;

export const getApprovalContext = defineContract({
  name: 'getApprovalContext',
  method: 'GET',
  path: '/approvals/{approval}/context',
  permission: 'read',
  summary:
    'What helps to decide: differences to the call approved last and to earlier calls, what the agent did before, why the tool is risky. Values only for readers of payloads; recorded as reading the arguments.',
  answer: approvalContextSchema,
});

export const viewApproval = defineContract({
  name: 'viewApproval',
  method: 'POST',
  path: '/approvals/{approval}/view',
  permission: 'approval.decide',
  summary: 'Tells others that the caller looks at a request; holds for 30 seconds. `leaving: true` ends it. Gives who else looks.',
  body: z.strictObject({ leaving: z.boolean().optional() }),
  bodyOptional: true,
  answer: z.object({ viewers: z.array(z.string()) }),
});

export const decideApprovals = defineContract({
  name: 'decideApprovals',
  method: 'POST',
  path: '/approvals/decide',
  permission: 'approval.decide',
  summary:
    'Several requests for one tool of one server at once, of low or medium risk only; each is decided by itself, once, with its own entry in the trail. 422 for a mixture.',
  body: z.strictObject({
    verdict: z.enum(['approve', 'deny']),
    requests: z
      .array(z.strictObject({ id: z.string(), digest: z.string() }))
      .min(1, 'name at least one request')
      .max(DECIDED_AT_ONCE_MAX, `at most ${DECIDED_AT_ONCE_MAX} requests at once`),
    reason: z.string().trim().max(1_000).optional(),
  }),
  answer: z.object({
    decided: z.array(approvalSchema),
    refused: z.array(z.object({ id: z.string(), code: z.string(), message: z.string() })),
  }),
});

const meterSchema = z.object({
  name: z.string(),
  decided: z.number().int(),
  approved: z.number().int(),
  medianSeconds: z.number().nullable().describe('from the request to the vote'),
  under3Seconds: z.number().int().describe('votes within 3 seconds of the request'),
  atNight: z.number().int().describe('votes between 22:00 and 06:00 UTC'),
});

export const getApprovalLoad = defineContract({
  name: 'getApprovalLoad',
  method: 'GET',
  path: '/approvals/load',
  permission: 'read',
  summary:
    'How much people are asked, by whom it is decided and how fast, and rules that ask too much, with what they would have asked otherwise.',
  query: z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(30) }),
  answer: z.object({
    days: z.number().int(),
    asked: z.number().int(),
    perDay: z.number(),
    busiestHour: z.number().int().describe('requests in the fullest hour'),
    expired: z.number().int(),
    approvers: z.array(meterSchema),
    rules: z.array(
      z.object({
        server: z.string(),
        policy: z.string(),
        rule: z.string(),
        tool: z.string(),
        risk: riskSchema,
        asked: z.number().int(),
        approved: z.number().int(),
        denied: z.number().int(),
        expired: z.number().int(),
        asksTooMuch: z.boolean().describe('more than 50 requests, of which more than 97 % were approved'),
        alternatives: z
          .array(z.object({ reuse: z.enum(['15m', '1h', '8h']), asked: z.number().int() }))
          .describe('requests that would have been made with this `reuse`, from the recorded ones; identical calls only'),
      }),
    ),
  }),
});
export type ApprovalLoad = z.output<typeof getApprovalLoad.answer>;

export const getAskAlternatives = defineContract({
  name: 'getAskAlternatives',
  method: 'GET',
  path: '/approvals/load/alternatives',
  permission: 'payload.read',
  summary:
    'Conditions under which a rule would have asked less, counted over its newest 1,000 requests (4 MB of arguments). Never one that lets through what was denied. Recorded as reading arguments.',
  query: z.strictObject({
    server: z.string().describe('slug'),
    policy: z.string().describe('slug'),
    rule: z.string().describe('JSON Pointer of the rule'),
    tool: z.string(),
    days: z.coerce.number().int().min(1).max(90).default(30),
  }),
  answer: z.object({
    requests: z.number().int().describe('looked at'),
    kept: z.number().int().describe('of those, with arguments that can be looked into; the others count as asked in any case'),
    alternatives: z.array(
      z.object({
        condition: z
          .union([
            z.object({ path: z.string(), op: z.literal('gt'), value: z.number() }),
            z.object({ path: z.string(), op: z.literal('not_in'), value: z.array(z.string()) }),
          ])
          .describe('for `when` of the rule'),
        asked: z.number().int().describe('requests that would have been made all the same'),
        unanswered: z.number().int().describe('requests that would not have been made and that nobody answered in time'),
        range: z.object({ lowest: z.number(), highest: z.number() }).nullable().describe('of the numbers that were asked for'),
      }),
    ),
  }),
});
export type AskAlternatives = z.output<typeof getAskAlternatives.answer>;
