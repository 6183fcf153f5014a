import { z } from 'zod';
import { TOOL_STATUSES } from '@/lib/domain/risk';
import { defineContract } from '../define-contract';
import {
  anyOf,
  categorySchema,
  dispatchSchema,
  findingSchema,
  flagSchema,
  LIMIT_MAX,
  lineSchema,
  pageOf,
  pageQueryShape,
  riskSchema,
  timeSchema,
} from '../schema-parts';

/** A tool as console and scripts see it. Every text of the definition is the upstream's own: show it as text only. */
export const toolSchema = z.object({
  id: z.string(),
  server: z.string().describe('slug'),
  name: z.string(),
  title: z.string().nullable(),
  description: z.string().nullable(),
  inputSchema: z.json().nullable(),
  annotations: z.json().nullable(),
  category: categorySchema.describe('in force: the manual one when there is one'),
  risk: riskSchema.describe('in force'),
  reasons: z.array(z.string()),
  confidence: z.enum(['high', 'medium', 'low']),
  source: z.enum(['classifier', 'manual']),
  classifier: z.object({ category: categorySchema, risk: riskSchema, reasons: z.array(z.string()) }).describe('what the classifier says'),
  manual: z
    .object({
      category: categorySchema.nullable(),
      risk: riskSchema.nullable(),
      reason: z.string().nullable(),
      by: z.string().nullable(),
      at: timeSchema.nullable(),
    })
    .nullable(),
  status: z.enum(TOOL_STATUSES),
  digest: z.string().describe('SHA-256 of the approved definition'),
  findings: z.array(findingSchema),
  dispatch: dispatchSchema.nullable(),
  change: z
    .object({ digest: z.string(), approved: z.json(), announced: z.json() })
    .nullable()
    .describe('the approved definition and the one the server announces now, while they differ'),
  removedAt: timeSchema.nullable().describe('set while the server no longer announces the tool'),
  firstSeenAt: timeSchema,
  lastSeenAt: timeSchema,
});
export type ToolAnswer = z.output<typeof toolSchema>;

const toolFilters = {
  category: anyOf(categorySchema).optional(),
  risk: anyOf(riskSchema).optional(),
  status: anyOf(z.enum(TOOL_STATUSES)).optional(),
  source: z.enum(['classifier', 'manual']).optional(),
  findings: z.enum(['low', 'medium', 'high']).optional().describe('tools with a finding of this severity'),
  removed: flagSchema.default(false).describe('true: only tools that are no longer announced'),
  q: z.string().max(200).optional().describe('part of name, title or description'),
};

export const listServerTools = defineContract({
  name: 'listServerTools',
  method: 'GET',
  path: '/servers/{server}/tools',
  permission: 'read',
  summary: 'The tools of one server: all of them as an array, or one page as { items, nextCursor } when limit or cursor is given.',
  query: z.strictObject({
    ...toolFilters,
    limit: z.coerce.number().int().min(1).max(LIMIT_MAX).optional(),
    cursor: pageQueryShape.cursor,
  }),
  answer: z.union([z.array(toolSchema), pageOf(toolSchema)]),
});

export const listTools = defineContract({
  name: 'listTools',
  method: 'GET',
  path: '/tools',
  permission: 'read',
  summary: 'The catalogue across servers.',
  query: z.strictObject({ ...toolFilters, server: anyOf(z.string()).optional().describe('slugs or ids'), ...pageQueryShape }),
  answer: pageOf(toolSchema),
});

export const getTool = defineContract({
  name: 'getTool',
  method: 'GET',
  path: '/servers/{server}/tools/{tool}',
  permission: 'read',
  summary: 'One tool, with its whole definition.',
  answer: toolSchema.extend({ definition: z.json() }),
});

export const updateTool = defineContract({
  name: 'updateTool',
  method: 'PATCH',
  path: '/servers/{server}/tools/{tool}',
  permission: 'tool.classify',
  summary: 'Sets a manual classification with its reason (null returns to the classifier), or approves a pending or changed definition.',
  body: z.strictObject({
    category: categorySchema.nullable().optional(),
    risk: riskSchema.nullable().optional(),
    reason: lineSchema(500).optional().describe('required with category or risk'),
    status: z.literal('active').optional().describe('approves the definition that the server announces now'),
    digest: z.string().optional().describe('the announced definition that was reviewed; 409 when the server announces another one by now'),
  }),
  answer: toolSchema,
  affectsGateway: true,
});
