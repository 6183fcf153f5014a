import { z } from 'zod';
import { CALL_COLUMNS, CALL_COLUMNS_OPEN, CALL_FORMATS } from '@/lib/domain/call-columns';
import { EXPORT_PERIODS } from '@/lib/domain/export-period';
import { auditFilterShape } from '../audit/contract';
import { defineContract } from '../define-contract';
import { anyOf, lineSchema, pageOf, pageQueryShape, timeInputSchema, timeSchema } from '../schema-parts';

const count = z.number().int();
const { from: _from, to: _to, ...timeless } = auditFilterShape;

export const scheduleFilterSchema = z.strictObject(timeless).describe('as in the list of calls, without times');

export const exportScheduleSchema = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  every: z.enum(EXPORT_PERIODS).describe('by UTC; weeks begin on Monday'),
  format: z.enum(CALL_FORMATS),
  columns: z.array(z.enum(CALL_COLUMNS)),
  filter: z.record(z.string(), z.json()),
  target: z.enum(['folder', 'webhook']),
  place: z.string().describe('the folder below CALLGATE_EXPORT_DIR, or the host of the webhook'),
  doneTo: timeSchema.describe('every call before it was handed over'),
  dueAt: timeSchema.describe('when the next period, or the next attempt, is due'),
  lastRun: z.object({ at: timeSchema, rows: count }).nullable(),
  failure: z
    .object({ attempts: count, detail: z.string().nullable() })
    .nullable()
    .describe('of the period that could not be handed over yet'),
  createdAt: timeSchema,
  createdBy: z.string(),
  etag: z.string().describe('of what can be changed; for If-Match'),
});
export type ExportScheduleAnswer = z.output<typeof exportScheduleSchema>;

const columnsSchema = anyOf(z.enum(CALL_COLUMNS_OPEN as [string, ...string[]]))
  .optional()
  .describe('all but arguments unless told; arguments are never sent by a schedule');
const folderSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _, at most 64')
  .describe('one folder below CALLGATE_EXPORT_DIR');
const urlSchema = z.string().trim().min(1).max(2_048).describe('https; write-only');
const signingSecretSchema = z
  .string()
  .min(24, 'at least 24 characters')
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'visible ASCII without spaces')
  .describe('write-only; signs as Standard Webhooks has it');

const common = {
  name: lineSchema(80),
  every: z.enum(EXPORT_PERIODS),
  format: z.enum(CALL_FORMATS).default('ndjson'),
  columns: columnsSchema,
  filter: scheduleFilterSchema.default({}),
  since: timeInputSchema
    .optional()
    .describe('calls from the period of this time on; unless told, from the present one on; at most 400 days back'),
};

export const listExportSchedules = defineContract({
  name: 'listExportSchedules',
  method: 'GET',
  path: '/export-schedules',
  permission: 'read',
  summary: 'Scheduled exports by name, with how their last run went.',
  query: z.strictObject({ ...pageQueryShape }),
  answer: pageOf(exportScheduleSchema).extend({ folder: z.boolean().describe('this node has CALLGATE_EXPORT_DIR') }),
});

export const createExportSchedule = defineContract({
  name: 'createExportSchedule',
  method: 'POST',
  path: '/export-schedules',
  permission: 'export.schedule',
  summary: 'Hands over the calls of each past hour, day or week: as a file in a folder of the node, or to a signed webhook.',
  body: z.discriminatedUnion('target', [
    z.strictObject({
      target: z.literal('folder'),
      ...common,
      folder: folderSchema,
    }),
    z.strictObject({
      target: z.literal('webhook'),
      ...common,
      url: urlSchema,
      signingSecret: signingSecretSchema,
    }),
  ]),
  answer: exportScheduleSchema,
  status: 201,
});

export const updateExportSchedule = defineContract({
  name: 'updateExportSchedule',
  method: 'PATCH',
  path: '/export-schedules/{schedule}',
  permission: 'export.schedule',
  summary:
    'Changes what is given, from the present period on; `enabled` pauses one or lets it go on where it stopped, and then tries again at once what could not be handed over. 409 for another content while a period is handed over in part.',
  body: z
    .strictObject({
      enabled: z.boolean(),
      name: common.name,
      every: common.every,
      format: z.enum(CALL_FORMATS),
      columns: columnsSchema,
      filter: scheduleFilterSchema,
      folder: folderSchema.describe('makes it one into a folder'),
      url: urlSchema.describe('makes it one to a webhook; write-only'),
      signingSecret: signingSecretSchema.describe('needed with `url` when it was one into a folder; write-only'),
    })
    .partial()
    .refine((body) => Object.keys(body).length > 0, 'name what to change')
    .refine(({ folder, url, signingSecret }) => folder === undefined || (url === undefined && signingSecret === undefined), {
      path: ['folder'],
      message: 'either a folder or a webhook',
    }),
  answer: exportScheduleSchema,
});

export const deleteExportSchedule = defineContract({
  name: 'deleteExportSchedule',
  method: 'DELETE',
  path: '/export-schedules/{schedule}',
  permission: 'export.schedule',
  summary: 'Ends one. Files that it wrote stay.',
  answer: z.null(),
  status: 204,
});
