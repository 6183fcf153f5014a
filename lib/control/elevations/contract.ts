import { z } from 'zod';
import { ELEVATION_MINUTES_MAX, ELEVATION_MINUTES_MIN, ELEVATION_STATUSES } from '@/lib/domain/elevation';
import { defineContract } from '../define-contract';
import { anyOf, lineSchema, pageOf, pageQueryShape, referenceSchema, timeSchema } from '../schema-parts';

export const elevationSchema = z.object({
  id: z.string(),
  status: z.enum(ELEVATION_STATUSES).describe('`active` until its end, then `over`; `lapsed`: nobody decided in time'),
  grant: z.object({ id: z.string(), label: z.string().nullable(), policy: z.string().nullable().describe('slug; what it falls back to') }),
  agent: referenceSchema.extend({ owner: z.string() }),
  server: referenceSchema,
  policy: referenceSchema.extend({ version: z.number().int().nullable().describe('the live version') }),
  minutes: z.number().describe('how long it lasts, from the approval on'),
  reason: z.string(),
  requestedBy: z.string(),
  createdAt: timeSchema,
  expiresAt: timeSchema.describe('what nobody decides until then is over'),
  decidedBy: z.string().nullable(),
  decidedAt: timeSchema.nullable(),
  decidedReason: z.string().nullable(),
  startsAt: timeSchema.nullable(),
  until: timeSchema.nullable().describe('the grant falls back by itself, by the database’s clock'),
  endedAt: timeSchema.nullable().describe('ended early'),
  endedBy: z.string().nullable(),
  endReason: z.string().nullable(),
  now: timeSchema.describe('by the database’s clock, when this was read'),
  decision: z.object({ may: z.boolean(), why: z.string() }).describe('whether the caller may decide, and why not'),
  ending: z.object({ may: z.boolean(), why: z.string() }).describe('whether the caller may end it or take it back, and why not'),
});
export type ElevationAnswer = z.output<typeof elevationSchema>;

export const requestElevation = defineContract({
  name: 'requestElevation',
  method: 'POST',
  path: '/grants/{grant}/elevate',
  permission: 'read',
  summary:
    'Asks that the grant may use another policy of its server for a while. For admins and the owner of the agent; somebody else decides. Nothing changes before that.',
  body: z.strictObject({
    policy: z.string().min(1).describe('slug or id, of the same server, published'),
    minutes: z.number().min(ELEVATION_MINUTES_MIN).max(ELEVATION_MINUTES_MAX),
    reason: lineSchema(500),
  }),
  answer: elevationSchema,
  status: 201,
});

export const listElevations = defineContract({
  name: 'listElevations',
  method: 'GET',
  path: '/elevations',
  permission: 'read',
  summary: 'Requests for more access and what became of them, newest first.',
  query: z.strictObject({
    status: anyOf(z.enum(ELEVATION_STATUSES)).optional(),
    agent: z.string().optional().describe('id or slug'),
    server: z.string().optional().describe('id or slug'),
    grant: z.string().optional(),
    ...pageQueryShape,
  }),
  answer: pageOf(elevationSchema),
});

export const getElevation = defineContract({
  name: 'getElevation',
  method: 'GET',
  path: '/elevations/{elevation}',
  permission: 'read',
  summary: 'One request for more access.',
  answer: elevationSchema,
});

export const approveElevation = defineContract({
  name: 'approveElevation',
  method: 'POST',
  path: '/elevations/{elevation}/approve',
  permission: 'approval.decide',
  summary:
    'The grant uses the other policy from now on, until the time is over. 403 for whoever asked, for the owner of the agent and for keys.',
  body: z.strictObject({ reason: lineSchema(500).optional() }),
  bodyOptional: true,
  answer: elevationSchema,
  affectsGateway: true,
});

export const denyElevation = defineContract({
  name: 'denyElevation',
  method: 'POST',
  path: '/elevations/{elevation}/deny',
  permission: 'approval.decide',
  summary: 'No, and why.',
  body: z.strictObject({ reason: lineSchema(500) }),
  answer: elevationSchema,
});

export const endElevation = defineContract({
  name: 'endElevation',
  method: 'POST',
  path: '/elevations/{elevation}/end',
  permission: 'read',
  summary: 'Ends it early, or takes the request back. For approvers, admins, whoever asked, and the owner of the agent.',
  body: z.strictObject({ reason: lineSchema(500).optional() }),
  bodyOptional: true,
  answer: elevationSchema,
  affectsGateway: true,
});
