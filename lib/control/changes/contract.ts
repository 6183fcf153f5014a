import { z } from 'zod';
import { defineContract } from '../define-contract';
import { anyOf, pageOf, pageQueryShape, timeInputSchema, timeSchema } from '../schema-parts';

export const changeSchema = z.object({
  id: z.string(),
  at: timeSchema,
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  action: z.string().describe('e.g. `policy.publish`'),
  entity: z.string(),
  entityId: z.string(),
  entityName: z.string().nullable(),
  before: z.json().nullable(),
  after: z.json().nullable(),
  requestId: z.string().nullable(),
});

/** The filters of the list of changes; an export uses the same. */
export const changeFilterShape = {
  from: timeInputSchema.optional().describe('inclusive'),
  to: timeInputSchema.optional().describe('exclusive'),
  actor: anyOf(z.string()).optional().describe('ids or names'),
  action: anyOf(z.string()).optional(),
  entity: anyOf(z.string()).optional(),
  entityId: z.string().max(200).optional(),
  q: z.string().max(200).optional().describe('part of who, what or to what; or an id'),
};
export type ChangeFilters = z.output<z.ZodObject<typeof changeFilterShape>>;

export const CHANGE_FACETS = ['actor', 'entity', 'action'] as const;

export const getChange = defineContract({
  name: 'getChange',
  method: 'GET',
  path: '/changes/{change}',
  permission: 'read',
  summary: 'One change with before and after.',
  answer: changeSchema,
});

export const getChangeFacets = defineContract({
  name: 'getChangeFacets',
  method: 'GET',
  path: '/changes/facets',
  permission: 'read',
  summary: 'How many changes each person, kind of thing and action has; the filter of the same name is left aside.',
  query: z.strictObject(changeFilterShape),
  answer: z.object({
    total: z.number().int(),
    facets: z.array(z.object({ name: z.enum(CHANGE_FACETS), values: z.array(z.object({ value: z.string(), changes: z.number().int() })) })),
  }),
});

export const listChanges = defineContract({
  name: 'listChanges',
  method: 'GET',
  path: '/changes',
  permission: 'read',
  summary: 'What people and keys changed, newest first, with before and after.',
  query: z.strictObject({ ...changeFilterShape, ...pageQueryShape }),
  answer: pageOf(changeSchema),
});
