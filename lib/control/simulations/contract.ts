import { z } from 'zod';
import { EVENT_DECISIONS, EVENT_OUTCOMES } from '@/lib/domain/audit-event';
import { CANNOT_TELL_REASONS } from '@/lib/policy/simulate/cannot-tell';
import { defineContract } from '../define-contract';
import { pageOf, pageQueryShape, timeInputSchema, timeSchema } from '../schema-parts';

/** How a recorded call went or would go: one of the five outcomes, or `observed_*` when a rule that only observes let it pass. */
export const simulatedStateSchema = z.enum(EVENT_DECISIONS).exclude(['refused', 'unavailable']);
export type SimulatedState = z.output<typeof simulatedStateSchema>;

export const simulationStatusSchema = z.enum(['queued', 'running', 'done', 'cancelled', 'failed']);

const callsSchema = z.number().int();

/** One recorded call as an example; `rule` is the draft's, `ruleBefore` the one it is compared with. */
export const simulationSampleSchema = z.object({
  event: z.string(),
  at: timeSchema,
  agent: z.string().nullable(),
  tool: z.string(),
  from: simulatedStateSchema,
  to: simulatedStateSchema,
  rule: z.string(),
  ruleBefore: z.string(),
});
export type SimulationSample = z.output<typeof simulationSampleSchema>;

const transitionSchema = z.object({ from: simulatedStateSchema, to: simulatedStateSchema, calls: callsSchema });

const newlySchema = z
  .object({ denied: callsSchema, asked: callsSchema, limited: callsSchema, hidden: callsSchema, allowed: callsSchema })
  .describe('changed calls by what happens to them now');

export const simulationSummarySchema = z.object({
  calls: callsSchema.describe('told and not told together'),
  changed: callsSchema,
  unchanged: callsSchema,
  cannotTell: callsSchema,
  newly: newlySchema,
});

export const simulationResultSchema = z.object({
  calls: callsSchema,
  unchanged: callsSchema,
  changed: callsSchema,
  cannotTell: z.object({ total: callsSchema, reasons: z.array(z.object({ reason: z.enum(CANNOT_TELL_REASONS), calls: callsSchema })) }),
  matrix: z.array(transitionSchema.extend({ samples: z.array(simulationSampleSchema) })),
  newly: newlySchema,
  groups: z.array(
    z.object({
      by: z.enum(['tool', 'agent', 'rule']),
      key: z.string(),
      calls: callsSchema,
      changed: callsSchema,
      cannotTell: callsSchema,
      transitions: z.array(transitionSchema).describe('changed calls only'),
      samples: z.array(simulationSampleSchema).describe('changed calls only'),
    }),
  ),
  omittedGroups: callsSchema.describe('groups with the fewest changes that are left out'),
  approvals: z.object({
    total: callsSchema,
    perDay: z.number(),
    atNight: callsSchema.describe('between 22:00 and 06:00 UTC'),
    busiestDay: z.object({ day: z.string(), calls: callsSchema }).nullable(),
    days: z.array(z.object({ day: z.string(), calls: callsSchema, atNight: callsSchema })),
    byRule: z.array(
      z.object({ rule: z.string(), calls: callsSchema, perDay: z.number(), atNight: callsSchema, approvers: z.array(z.string()) }),
    ),
    history: z.object({
      decisions: z.array(z.object({ decision: simulatedStateSchema, calls: callsSchema })),
      outcomes: z.array(z.object({ outcome: z.enum([...EVENT_OUTCOMES, 'none']), calls: callsSchema })),
    }),
  }),
  outcomes: z
    .object({ allowed: callsSchema, needs_approval: callsSchema, limited: callsSchema, denied: callsSchema, hidden: callsSchema })
    .describe('what the draft does; what it only observes counts as allowed'),
  observed: z.array(z.object({ state: simulatedStateSchema, calls: callsSchema })).describe('of the allowed ones'),
  notes: z.array(z.string()).describe('what this result can and cannot know, in sentences'),
});
export type SimulationResult = z.output<typeof simulationResultSchema>;

export const simulationSchema = z.object({
  id: z.string(),
  server: z.string(),
  policy: z.string().nullable().describe('whose recorded calls are replayed; null for every call on the server'),
  textDigest: z.string().describe('SHA-256 of the text that was tried'),
  from: timeSchema,
  to: timeSchema,
  agents: z.array(z.string()).nullable(),
  against: z.enum(['recorded', 'live']),
  counters: z.enum(['warm', 'empty']),
  status: simulationStatusSchema,
  progress: z.object({ calls: callsSchema, of: callsSchema.nullable() }),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
  createdBy: z.string(),
  error: z.string().nullable(),
  summary: simulationSummarySchema.nullable(),
  result: simulationResultSchema.nullable().describe('null until done, and in lists'),
});
export type Simulation = z.output<typeof simulationSchema>;

export const createSimulation = defineContract({
  name: 'createSimulation',
  method: 'POST',
  path: '/simulations',
  permission: 'policy.write',
  summary: 'Starts replaying recorded calls through a policy text, in the background. Sends nothing upstream and charges nothing.',
  body: z.strictObject({
    server: z.string().min(1),
    policy: z.string().min(1).optional().describe('replay the calls of this policy; every call on the server when left out'),
    text: z.string().max(1024 * 1024),
    from: timeInputSchema.optional().describe('inclusive; with or without `to`, instead of `days`'),
    to: timeInputSchema.optional().describe('exclusive; now unless told'),
    days: z.number().positive().max(366).optional().describe('the last so many days; 7 unless told'),
    agents: z.array(z.string().min(1)).min(1).max(200).optional().describe('slugs or ids'),
    against: z.enum(['live', 'recorded']).default('recorded').describe('what the draft is compared with'),
    counters: z.enum(['warm', 'empty']).default('warm').describe('whether limits start with what was used before the range'),
  }),
  answer: simulationSchema,
  status: 201,
});

export const listSimulations = defineContract({
  name: 'listSimulations',
  method: 'GET',
  path: '/simulations',
  permission: 'read',
  summary: 'Simulations, newest first, without results.',
  query: z.strictObject({
    server: z.string().min(1).optional(),
    policy: z.string().min(1).optional().describe('needs `server` when it is a slug'),
    ...pageQueryShape,
  }),
  answer: pageOf(simulationSchema),
});

export const getSimulation = defineContract({
  name: 'getSimulation',
  method: 'GET',
  path: '/simulations/{simulation}',
  permission: 'read',
  summary: 'One simulation with its progress and, when done, its result.',
  answer: simulationSchema,
});

export const cancelSimulation = defineContract({
  name: 'cancelSimulation',
  method: 'POST',
  path: '/simulations/{simulation}/cancel',
  permission: 'policy.write',
  summary: 'Ends a simulation that waits or runs; 409 when it has ended already.',
  answer: simulationSchema,
});

export const observedPolicy = defineContract({
  name: 'observedPolicy',
  method: 'GET',
  path: '/servers/{server}/observed-policy',
  permission: 'policy.write',
  summary: 'A least-privilege policy made from what agents did: what they used is allowed as they used it, everything else is denied.',
  query: z.strictObject({ days: z.coerce.number().int().min(1).max(90).default(30) }),
  answer: z.object({
    text: z.string(),
    calls: callsSchema,
    suggestions: z.array(
      z.object({ pointer: z.string(), sentence: z.string(), seen: callsSchema, agents: callsSchema.describe('how many different ones') }),
    ),
  }),
});
