import { z } from 'zod';
import { KILL_SCOPES } from '@/lib/domain/kill-switch';
import { defineContract } from '../define-contract';
import { pageOf, pageQueryShape, timeSchema } from '../schema-parts';

export const killSwitchSchema = z.object({
  id: z.string(),
  scope: z.enum(KILL_SCOPES),
  target: z.string().nullable().describe('id of the server or agent, `server/tool` with the id of the server; null for all'),
  label: z
    .string()
    .describe('the slug, or `server/tool`, as it was when it was engaged; `all` for everything. What lifting has to confirm.'),
  reason: z.string(),
  engagedAt: timeSchema,
  engagedBy: z.string(),
  approvalsWithdrawn: z.number().int().describe('requests for approval that it took back'),
  liftedAt: timeSchema.nullable(),
  liftedBy: z.string().nullable(),
  liftReason: z.string().nullable(),
});
export type KillSwitchAnswer = z.output<typeof killSwitchSchema>;

export const listKillSwitches = defineContract({
  name: 'listKillSwitches',
  method: 'GET',
  path: '/kill-switch',
  permission: 'read',
  summary: 'What the kill switch stops now, and every time it was engaged, newest first.',
  query: z.strictObject(pageQueryShape),
  answer: pageOf(killSwitchSchema).extend({ engaged: z.array(killSwitchSchema) }),
});

export const setKillSwitch = defineContract({
  name: 'setKillSwitch',
  method: 'POST',
  path: '/kill-switch',
  permission: 'kill.engage',
  summary:
    'Stops all calls, or those to a server, of an agent or of a tool, on every node at once; calls that are running are cancelled. Lifting needs an admin; a person also types the target and gives the password again.',
  body: z.strictObject({
    scope: z.enum(KILL_SCOPES),
    target: z.string().min(1).max(600).optional().describe('id or slug; for a tool `server/tool`; left out for all'),
    engaged: z.boolean(),
    reason: z.string().trim().min(1, 'say why: it is what everybody reads afterwards').max(500),
    confirm: z.string().max(600).optional().describe('lifting, for people: the label of what is lifted'),
    password: z.string().max(1_000).optional().describe('lifting, for people: the own password'),
  }),
  answer: killSwitchSchema,
  affectsGateway: true,
});
