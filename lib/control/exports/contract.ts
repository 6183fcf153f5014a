import { z } from 'zod';
import { CALL_COLUMNS, CALL_FORMATS, CHANGE_COLUMNS } from '@/lib/domain/call-columns';
import { auditFilterShape } from '../audit/contract';
import { changeFilterShape } from '../changes/contract';
import { defineContract } from '../define-contract';
import { anyOf } from '../schema-parts';

export const exportAudit = defineContract({
  name: 'exportAudit',
  method: 'GET',
  path: '/audit/export',
  permission: 'read',
  summary: 'Every call that a filter of the list leaves, newest first, as a file. That it was taken is recorded.',
  query: z.strictObject({
    ...auditFilterShape,
    format: z.enum(CALL_FORMATS).default('ndjson').describe('`ocsf`: NDJSON by the Open Cybersecurity Schema Framework'),
    columns: anyOf(z.enum(CALL_COLUMNS))
      .optional()
      .describe('in this order; all but `arguments` unless told. `arguments` needs the permission `payload.read`'),
  }),
  stream: 'download',
  file: { type: 'application/x-ndjson', name: 'callgate-calls.ndjson' },
  answer: z.string(),
});

export const exportChanges = defineContract({
  name: 'exportChanges',
  method: 'GET',
  path: '/changes/export',
  permission: 'read',
  summary: 'Every change that a filter of the list leaves, newest first, as a file. That it was taken is recorded.',
  query: z.strictObject({
    ...changeFilterShape,
    format: z.enum(['ndjson', 'csv']).default('ndjson'),
    columns: anyOf(z.enum(CHANGE_COLUMNS)).optional().describe('in this order; all unless told'),
  }),
  stream: 'download',
  file: { type: 'application/x-ndjson', name: 'callgate-changes.ndjson' },
  answer: z.string(),
});
