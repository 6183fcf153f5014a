import { z } from 'zod';
import { TIME_BARS } from '@/lib/domain/time-bars';
import { defineContract } from '../define-contract';
import { anyOf, timeInputSchema, timeSchema, timeZoneSchema } from '../schema-parts';

const rangeShape = {
  from: timeInputSchema.optional().describe('inclusive; 24 hours before `to` unless told'),
  to: timeInputSchema.optional().describe('exclusive; now unless told'),
};
const whoShape = {
  server: anyOf(z.string()).optional().describe('slugs or ids'),
  agent: anyOf(z.string()).optional().describe('slugs or ids'),
};
const rangeAnswer = { from: timeSchema, to: timeSchema };

export const getPosture = defineContract({
  name: 'getPosture',
  method: 'GET',
  path: '/stats/posture',
  permission: 'read',
  summary: 'What the published policies leave closed, and what they only watch.',
  answer: z.object({
    tools: z.number().int().describe('active tools'),
    deniedByDefault: z
      .number()
      .int()
      .describe('of those, the ones that no published policy of their server names, all of them denying by default'),
    policies: z.number().int().describe('published policies'),
    observing: z
      .array(z.object({ server: z.string(), policy: z.string() }))
      .describe('policies that only write down what they would refuse'),
    partlyObserving: z
      .array(z.object({ server: z.string(), policy: z.string() }))
      .describe('policies with rules of single tools that only watch'),
  }),
});

export const listPublishMarks = defineContract({
  name: 'listPublishMarks',
  method: 'GET',
  path: '/stats/publishes',
  permission: 'read',
  summary: 'Policy versions that were published in a time, as marks on a chart; the newest 200.',
  query: z.strictObject({ ...rangeShape, server: whoShape.server }),
  answer: z.object({
    ...rangeAnswer,
    items: z.array(
      z.object({
        at: timeSchema,
        server: z.string(),
        policy: z.string(),
        version: z.number().int(),
        by: z.string(),
        comment: z.string().nullable(),
        restoredFrom: z.number().int().nullable(),
      }),
    ),
  }),
});

export const getDecisionTimes = defineContract({
  name: 'getDecisionTimes',
  method: 'GET',
  path: '/stats/approvals',
  permission: 'read',
  summary: 'What became of the requests for approval of a time, and how long people took to decide.',
  query: z.strictObject({ ...rangeShape, ...whoShape, zone: timeZoneSchema.default('UTC') }),
  answer: z.object({
    ...rangeAnswer,
    pending: z.number().int().describe('waiting now, whenever they were asked'),
    oldestAt: timeSchema.nullable().describe('since when the longest of those waits'),
    asked: z.number().int().describe('requests of the time; the outcomes below add up to it'),
    outcomes: z.object({
      waiting: z.number().int(),
      approved: z.number().int().describe('and used, or usable still'),
      denied: z.number().int(),
      expired: z.number().int().describe('nobody decided in time'),
      gaveUp: z.number().int().describe('approved, and the agent did not come back for it in time'),
      other: z.number().int().describe('withdrawn, or stale because something changed'),
    }),
    decided: z.number().int().describe('decided by a person in the time: what the seconds are of'),
    p50Seconds: z.number().nullable(),
    p95Seconds: z.number().nullable(),
    bucket: z.enum(TIME_BARS),
    series: z.array(z.object({ at: timeSchema, asked: z.number().int(), decided: z.number().int(), p50Seconds: z.number().nullable() })),
  }),
});

export const UPSTREAM_STATES = ['ok', 'slow', 'failing'] as const;

export const getUpstreamTimes = defineContract({
  name: 'getUpstreamTimes',
  method: 'GET',
  path: '/stats/upstreams',
  permission: 'read',
  summary: 'How each server did with the calls that were let through to it, over time; calls that were refused here are told apart.',
  query: z.strictObject({ ...rangeShape, ...whoShape, zone: timeZoneSchema.default('UTC') }),
  answer: z.object({
    ...rangeAnswer,
    bucket: z.enum(TIME_BARS).describe('hours at least'),
    zone: z.string(),
    servers: z.array(
      z.object({
        server: z.string().describe('slug'),
        sent: z.number().int().describe('let through'),
        failed: z.number().int().describe('of those, where the server could not be reached, broke off or answered with a failure'),
        toolErrors: z.number().int().describe('answers in which the tool reported an error; the server is well'),
        refused: z.number().int().describe('kept back by policies here; nothing was sent'),
        p95Ms: z.number().nullable().describe('of whole hours; null where times are not kept by what was asked'),
        series: z.array(
          z.object({
            at: timeSchema,
            sent: z.number().int(),
            failed: z.number().int(),
            refused: z.number().int(),
            p95Ms: z.number().nullable(),
            state: z.enum(UPSTREAM_STATES).nullable().describe('null: too few calls to say'),
          }),
        ),
      }),
    ),
    gateway: z
      .array(z.object({ at: timeSchema, p95Ms: z.number(), calls: z.number().int() }))
      .describe('the time that the gateway itself took'),
  }),
});

export const getNewBehaviour = defineContract({
  name: 'getNewBehaviour',
  method: 'GET',
  path: '/stats/new',
  permission: 'read',
  summary: 'What was seen for the first time in a time: an agent with a tool, an agent with a version of a client. The newest first.',
  query: z.strictObject({ ...rangeShape, ...whoShape }),
  answer: z.object({
    ...rangeAnswer,
    tools: z
      .array(
        z.object({
          agent: z.string(),
          server: z.string(),
          tool: z.string(),
          firstAt: timeSchema.describe('to five minutes'),
          calls: z.number().int().describe('in the time'),
        }),
      )
      .describe('20 at most'),
    toolsInAll: z.number().int(),
    clients: z
      .array(z.object({ agent: z.string(), name: z.string(), version: z.string().nullable(), firstAt: timeSchema }))
      .describe('20 at most'),
    clientsInAll: z.number().int(),
  }),
});
