import { z } from 'zod';
import { CALL_COLUMNS, CALL_FORMATS } from '@/lib/domain/call-columns';
import { auditFilterShape } from '../audit/contract';
import { defineContract } from '../define-contract';
import { anyOf, pageOf, pageQueryShape, timeSchema } from '../schema-parts';

const count = z.number().int();

export const EXPORT_STATUSES = ['queued', 'running', 'done', 'cancelled', 'failed', 'expired'] as const;

export const exportFilterSchema = z.strictObject(auditFilterShape);

export const exportJobSchema = z.object({
  id: z.string(),
  format: z.enum(CALL_FORMATS),
  columns: z.array(z.enum(CALL_COLUMNS)),
  filter: z.record(z.string(), z.json()).describe('as in the list of calls; `to` is not later than when it was asked for'),
  status: z.enum(EXPORT_STATUSES),
  progress: z.object({ rows: count, of: count.nullable().describe('null when it was not counted'), bytes: count }),
  file: z.string().describe('its name'),
  here: z.boolean().describe('the file is on the node that answers'),
  createdAt: timeSchema,
  createdBy: z.string(),
  startedAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
  expiresAt: timeSchema.nullable(),
  error: z.string().nullable(),
});
export type ExportJobAnswer = z.output<typeof exportJobSchema>;

export const createExport = defineContract({
  name: 'createExport',
  method: 'POST',
  path: '/exports',
  permission: 'read',
  summary: 'Makes an export of calls in the background, for filters that leave many. The same rows as `GET /audit/export`.',
  body: z.strictObject({
    format: z.enum(CALL_FORMATS).default('ndjson'),
    columns: anyOf(z.enum(CALL_COLUMNS)).optional(),
    filter: exportFilterSchema.default({}),
  }),
  answer: exportJobSchema,
  status: 201,
});

export const listExports = defineContract({
  name: 'listExports',
  method: 'GET',
  path: '/exports',
  permission: 'read',
  summary: 'Exports in the background, newest first: one’s own, and for admins everybody’s.',
  query: z.strictObject({ ...pageQueryShape }),
  answer: pageOf(exportJobSchema),
});

export const getExport = defineContract({
  name: 'getExport',
  method: 'GET',
  path: '/exports/{export}',
  permission: 'read',
  summary: 'One export with its progress; for the one who made it, and for admins.',
  answer: exportJobSchema,
});

export const cancelExport = defineContract({
  name: 'cancelExport',
  method: 'POST',
  path: '/exports/{export}/cancel',
  permission: 'read',
  summary: 'Ends an export that waits or runs, or deletes the file of one that is done; 409 when there is nothing left of it.',
  answer: exportJobSchema,
});

export const downloadExport = defineContract({
  name: 'downloadExport',
  method: 'GET',
  path: '/exports/{export}/file',
  permission: 'read',
  summary: 'The file of a finished export; for the one who made it, and for admins. That it was taken is recorded.',
  stream: 'download',
  file: { type: 'application/x-ndjson', name: 'callgate-calls.ndjson' },
  answer: z.string(),
});
