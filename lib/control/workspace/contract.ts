import { z } from 'zod';
import { defineContract } from '../define-contract';
import { timeSchema, timeZoneSchema } from '../schema-parts';

const workspaceSchema = z.object({
  timeZone: z.string().describe('the name in the IANA time zone database'),
  changedAt: timeSchema.nullable().describe('null: never'),
  changedBy: z.string().nullable(),
});
export type Workspace = z.output<typeof workspaceSchema>;

export const getWorkspace = defineContract({
  name: 'getWorkspace',
  method: 'GET',
  path: '/workspace',
  permission: 'read',
  summary: 'What holds for everybody who uses this installation: the time zone that the console can show times in.',
  answer: workspaceSchema,
});

export const setWorkspace = defineContract({
  name: 'setWorkspace',
  method: 'PUT',
  path: '/workspace',
  permission: 'workspace.write',
  summary:
    'Sets the time zone of the workspace. It changes how times are shown to people who chose it, and nothing that is decided, counted, scheduled or removed.',
  body: z.strictObject({ timeZone: timeZoneSchema }),
  answer: workspaceSchema,
});
