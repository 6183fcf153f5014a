import { z } from 'zod';
import { defineContract } from '../define-contract';
import { anyOf, pageOf, pageQueryShape, referenceSchema, timeSchema } from '../schema-parts';

export const PUBLICATION_STATUSES = ['awaiting_review', 'scheduled', 'published', 'failed', 'rejected', 'withdrawn', 'outdated'] as const;
export type PublicationStatus = (typeof PUBLICATION_STATUSES)[number];

/** One plain sentence of a change; the pointer is into the text of `in`. */
export const changeSentenceSchema = z.object({
  text: z.string(),
  pointer: z.string(),
  effect: z.enum(['loosens', 'tightens', 'neutral']),
  in: z.enum(['before', 'after']),
});

export const publicationSchema = z.object({
  id: z.string(),
  status: z.enum(PUBLICATION_STATUSES),
  server: referenceSchema,
  policy: referenceSchema,
  baseVersion: z.number().int().nullable().describe('the version it replaces; another live version makes it fail'),
  digest: z.string().describe('SHA-256 of the text that will be published, to which every approval is bound'),
  mode: z.enum(['enforce', 'observe']).nullable().describe('null: as the draft said'),
  comment: z.string().nullable(),
  restoredFrom: z.number().int().nullable(),
  simulation: z.string().nullable(),
  dueAt: timeSchema.nullable(),
  loosening: z.boolean(),
  change: z.array(changeSentenceSchema),
  requestedBy: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  requestedAt: timeSchema,
  editors: z.array(z.object({ id: z.string(), name: z.string() })).describe('who wrote part of the text'),
  needsApproval: z.boolean(),
  approvedBy: z.string().nullable(),
  approvedAt: timeSchema.nullable(),
  closedBy: z.string().nullable(),
  closedAt: timeSchema.nullable(),
  closedBecause: z.string().nullable().describe('the reason of a rejection, a withdrawal or a failure'),
  version: z.number().int().nullable(),
  cannotApprove: z.string().nullable().describe('why the caller cannot approve it; null when the caller can'),
});
export type PublicationAnswer = z.output<typeof publicationSchema>;

export const listPublications = defineContract({
  name: 'listPublications',
  method: 'GET',
  path: '/publications',
  permission: 'read',
  summary: 'What waits to be published and what became of it, newest first.',
  query: z.strictObject({
    server: z.string().optional(),
    policy: z.string().optional().describe('id or slug'),
    status: anyOf(z.enum(PUBLICATION_STATUSES)).optional(),
    ...pageQueryShape,
  }),
  answer: pageOf(publicationSchema),
});

export const getPublication = defineContract({
  name: 'getPublication',
  method: 'GET',
  path: '/publications/{publication}',
  permission: 'read',
  summary: 'One publication with its text and the text it would replace.',
  answer: publicationSchema.extend({ text: z.string(), baseText: z.string().nullable() }),
});

const reasonSchema = z.string().trim().max(2_000);

export const approvePublication = defineContract({
  name: 'approvePublication',
  method: 'POST',
  path: '/publications/{publication}/approve',
  permission: 'policy.publish',
  summary:
    'A second person says yes to exactly this text; it is published at once or at its time. 403 for whoever wrote or requested it, 409 when it no longer waits.',
  body: z.strictObject({ digest: z.string().optional().describe('of the text that was read; 409 when another one waits') }),
  bodyOptional: true,
  answer: publicationSchema,
  affectsGateway: true,
});

export const rejectPublication = defineContract({
  name: 'rejectPublication',
  method: 'POST',
  path: '/publications/{publication}/reject',
  permission: 'policy.publish',
  summary: 'A second person says no, and why; the draft stays.',
  body: z.strictObject({ reason: reasonSchema.min(1, 'say why') }),
  answer: publicationSchema,
});

export const withdrawPublication = defineContract({
  name: 'withdrawPublication',
  method: 'POST',
  path: '/publications/{publication}/withdraw',
  permission: 'policy.publish',
  summary: 'Stops what waits; the draft stays and what is live stays live.',
  body: z.strictObject({ reason: reasonSchema.optional() }),
  bodyOptional: true,
  answer: publicationSchema,
});
