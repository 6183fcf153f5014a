import { z } from 'zod';
import { defineContract } from '../define-contract';
import { timeSchema } from '../schema-parts';

/** A node that has not reported for this long is shown as silent. */
export const NODE_SILENT_MS = 10_000;

const nodeShape = {
  id: z.string(),
  name: z.string().describe('host and port'),
  kind: z.enum(['app', 'gateway']).describe('with the console or without'),
  state: z.enum(['reporting', 'silent']),
  lastSeenAt: timeSchema,
};

export const nodeSchema = z.object({
  ...nodeShape,
  startedAt: timeSchema,
  configVersion: z.number().int(),
  configAt: timeSchema.describe('since when it decides by this configuration'),
  current: z.boolean().describe('it decides by the newest configuration'),
});

export const listNodes = defineContract({
  name: 'listNodes',
  method: 'GET',
  path: '/nodes',
  permission: 'read',
  summary: 'The gateway nodes and the configuration each of them decides by.',
  answer: z.object({ configVersion: z.number().int(), items: z.array(nodeSchema) }),
});

export const getEnforcement = defineContract({
  name: 'getEnforcement',
  method: 'GET',
  path: '/servers/{server}/policies/{policy}/enforcement',
  permission: 'read',
  summary: 'Which gateway node enforces which version of the policy, and since when.',
  answer: z.object({
    live: z.number().int().nullable(),
    enforcing: z.number().int().describe('reporting nodes that enforce the live version'),
    of: z.number().int().describe('reporting nodes'),
    nodes: z.array(z.object({ ...nodeShape, version: z.number().int().nullable(), since: timeSchema.nullable() })),
  }),
});
export type EnforcementNode = z.output<typeof getEnforcement.answer>['nodes'][number];
