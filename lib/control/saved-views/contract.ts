import { z } from 'zod';
import { defineContract } from '../define-contract';
import { lineSchema, pageOf, timeSchema } from '../schema-parts';

export const VIEW_PAGES = ['calls', 'changes'] as const;

export const savedViewSchema = z.object({
  id: z.string(),
  page: z.enum(VIEW_PAGES),
  name: z.string(),
  query: z.string().describe('the query of the page’s address, without `?`'),
  shared: z.boolean().describe('everybody sees it'),
  own: z.boolean(),
  owner: z.string().describe('name'),
  default: z.boolean().describe('what the asking person opens the page with'),
  updatedAt: timeSchema,
});
export type SavedViewAnswer = z.output<typeof savedViewSchema>;

const nameSchema = lineSchema(80);
/** Only what filters: an address never holds argument values or secrets. */
const querySchema = z
  .string()
  .max(2_000)
  .regex(/^[^\s?#<>"]*$/, 'use the query of the address, without `?`');

export const listSavedViews = defineContract({
  name: 'listSavedViews',
  method: 'GET',
  path: '/views',
  permission: 'read',
  summary: 'The own views and those that are shared, by name.',
  query: z.strictObject({ page: z.enum(VIEW_PAGES).optional() }),
  answer: pageOf(savedViewSchema),
});

export const createSavedView = defineContract({
  name: 'createSavedView',
  method: 'POST',
  path: '/views',
  permission: 'read',
  summary: 'Saves the filters of a page under a name; sharing needs the permission `view.share`.',
  body: z.strictObject({ page: z.enum(VIEW_PAGES), name: nameSchema, query: querySchema, shared: z.boolean().default(false) }),
  answer: savedViewSchema,
  status: 201,
});

export const updateSavedView = defineContract({
  name: 'updateSavedView',
  method: 'PATCH',
  path: '/views/{view}',
  permission: 'read',
  summary: 'Changes a view, or makes it what the asking person opens the page with. A shared view of others needs `view.share`.',
  body: z.strictObject({
    name: nameSchema.optional(),
    query: querySchema.optional(),
    shared: z.boolean().optional(),
    default: z.boolean().optional(),
  }),
  answer: savedViewSchema,
});

export const deleteSavedView = defineContract({
  name: 'deleteSavedView',
  method: 'DELETE',
  path: '/views/{view}',
  permission: 'read',
  summary: 'Deletes a view. A shared view of others needs `view.share`.',
  answer: z.null(),
  status: 204,
});
