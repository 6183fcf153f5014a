import { z } from 'zod';
import { RAISE_FACTOR_MAX, RAISE_MINUTES_MAX } from '@/lib/domain/counters/counter-raise';
import { defineContract } from '../define-contract';
import { lineSchema, pageOf, pageQueryShape, referenceSchema, timeSchema } from '../schema-parts';

export const LIMIT_GROUPS = ['agent', 'rule', 'policy'] as const;

const forecastSchema = z
  .object({
    kind: z.enum(['full', 'idle', 'full_at', 'holds']).describe('holds: not before the reset'),
    at: timeSchema.nullable(),
    paceMinutes: z.number().int().describe('over how many minutes the pace was taken'),
  })
  .describe('when it is used up if calls go on as they did');

export const raiseSchema = z.object({
  id: z.string(),
  rule: z.string(),
  from: z.number(),
  to: z.number(),
  until: timeSchema,
  by: z.string(),
  at: timeSchema,
  reason: z.string(),
  endedAt: timeSchema.nullable().describe('before its time'),
  endedBy: z.string().nullable(),
  endCause: z.enum(['revoked', 'replaced', 'rule_changed']).nullable(),
});
export type RaiseAnswer = z.output<typeof raiseSchema>;

export const limitSchema = z.object({
  key: z.string(),
  server: z.string().nullable().describe('slug'),
  policy: z.string().describe('slug, or the id of a deleted policy'),
  rule: z.string(),
  tool: z.string().nullable().describe('the tool, or pattern of tools, that the rule is written under'),
  counter: z.string(),
  window: z.string(),
  align: z.enum(['calendar', 'sliding']),
  scope: z.string(),
  scopeKey: z.string(),
  scopeName: z.string().nullable().describe('who the key is, when it is a grant, an agent or a server'),
  agent: referenceSchema.nullable().describe('when one agent alone is counted'),
  used: z.number(),
  max: z.number().describe('what holds now: the rule’s own maximum, or what it was raised to'),
  ruleMax: z.number(),
  raise: raiseSchema.nullable().describe('the raise that holds now'),
  share: z.number().describe('used / max'),
  windowStart: timeSchema,
  resetsAt: timeSchema.describe('of a sliding limit: when nothing counted so far counts any more'),
  updatedAt: timeSchema,
  forecast: forecastSchema,
  busiest: z
    .array(z.object({ agent: z.string(), amount: z.number() }))
    .describe('where several agents share the counter: who charged most in the last 5 minutes, 3 at most'),
  peak7d: z.number().describe('the most that one window came to in 7 days, this one included'),
  refused24h: z.number().int().describe('calls refused in 24 hours, among the newest 10,000 refused by any limit'),
});

export const listLimits = defineContract({
  name: 'listLimits',
  method: 'GET',
  path: '/limits',
  permission: 'read',
  summary: 'Counters whose window runs now, the nearest to exhaustion first, by the database’s clock.',
  query: z.strictObject({
    server: z.string().optional(),
    policy: z.string().optional().describe('id or slug'),
    agent: z.string().optional().describe('id or slug: counters of the agent, its grants and its owner'),
    scope: z.string().max(120).optional(),
    near: z.coerce.number().min(0).max(1).optional().describe('used at least this share of max'),
    raised: z.enum(['true']).optional().describe('only those that are raised now'),
    q: z.string().max(200).optional(),
    group: z.enum(LIMIT_GROUPS).optional().describe('sorts by the group first'),
    ...pageQueryShape,
  }),
  answer: pageOf(limitSchema).extend({ now: timeSchema.describe('the database’s clock, which windows follow') }),
});

export const getLimit = defineContract({
  name: 'getLimit',
  method: 'GET',
  path: '/limits/{key}',
  permission: 'read',
  summary: 'One counter with its history of 90 days, what changed it, and who uses it now.',
  answer: limitSchema.extend({
    now: timeSchema,
    history: z
      .array(z.object({ from: timeSchema, to: timeSchema, peak: z.number(), max: z.number() }))
      .describe('closed windows, oldest first; windows shorter than an hour as the highest of their hour'),
    marks: z
      .array(z.object({ at: timeSchema, kind: z.enum(['raised', 'raise_ended', 'reset', 'published']), by: z.string(), words: z.string() }))
      .describe('oldest first'),
    raises: z.array(raiseSchema).describe('newest first, 50 at most'),
    consumers: z
      .array(z.object({ agent: z.string().nullable(), calls: z.number().int(), amount: z.number() }))
      .describe('agents in the running window, among the newest 20,000 events; most first, 10 at most'),
  }),
});

const reasonSchema = lineSchema(500).describe('why; kept in the history and in the change log');

export const raiseLimit = defineContract({
  name: 'raiseLimit',
  method: 'POST',
  path: '/limits/{key}/raise',
  permission: 'limit.write',
  summary:
    'Lets more through one counter for a while, exactly, on every node. It falls back by itself by the database’s clock, when it is revoked, and when a publish changes the rule.',
  body: z.strictObject({
    to: z.number().positive().describe(`the new maximum: more than the rule’s, at most ${RAISE_FACTOR_MAX} times it`),
    minutes: z.number().int().min(1).max(RAISE_MINUTES_MAX),
    reason: reasonSchema,
    rule: z.string().max(2_000).optional().describe('the rule as it was shown; 409 when the counter follows another by now'),
    from: z.number().optional().describe('its maximum as it was shown; 409 when it is another by now'),
  }),
  answer: limitSchema,
});

export const revokeRaise = defineContract({
  name: 'revokeRaise',
  method: 'POST',
  path: '/limits/{key}/raise/revoke',
  permission: 'limit.write',
  summary: 'The rule’s own maximum holds again from the next call on.',
  body: z.strictObject({ reason: reasonSchema.optional() }),
  bodyOptional: true,
  answer: limitSchema,
});

export const resetLimit = defineContract({
  name: 'resetLimit',
  method: 'POST',
  path: '/limits/{key}/reset',
  permission: 'limit.write',
  summary: 'Counts from zero again in the running window. A call that is admitted at the same time is counted before or after, never lost.',
  body: z.strictObject({ reason: reasonSchema }),
  answer: limitSchema,
});
