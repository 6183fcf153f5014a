import { z } from 'zod';
import { RESTRICTION_MODES } from '@/lib/domain/anomaly/agent-restriction';
import { ANOMALY_ACTIONS, ANOMALY_KINDS } from '@/lib/domain/anomaly/anomaly-kinds';
import { defineContract } from '../define-contract';
import { anyOf, flagSchema, lineSchema, pageOf, pageQueryShape, timeSchema } from '../schema-parts';

export const ALERT_STATUSES = ['open', 'acknowledged', 'snoozed', 'closed'] as const;
export const SNOOZE_MINUTES_MAX = 7 * 24 * 60;
export const ACTION_MINUTES_MAX = 7 * 24 * 60;
/** Who a tuning is for, from the narrowest to the widest. */
export const TUNE_SCOPES = ['agent_tool', 'agent', 'tool', 'everybody'] as const;

const namedSchema = z.object({ id: z.string(), slug: z.string() });
const kindSchema = z.enum(ANOMALY_KINDS);
const actionSchema = z.enum(ANOMALY_ACTIONS);
const reasonSchema = lineSchema(500);

export const restrictionSchema = z.object({
  id: z.string(),
  active: z.boolean(),
  mode: z.enum(RESTRICTION_MODES).describe('`pause` refuses every call of the agent, `approval` asks a person about each'),
  agent: namedSchema,
  server: namedSchema.nullable(),
  tool: z.string().nullable().describe('null: everything the agent does'),
  kind: kindSchema,
  alert: z.string(),
  explanation: z.string(),
  startedAt: timeSchema,
  until: timeSchema.describe('over by itself then, by the database’s clock'),
  liftedAt: timeSchema.nullable(),
  liftedBy: z.string().nullable(),
  liftReason: z.string().nullable(),
});
export type RestrictionAnswer = z.output<typeof restrictionSchema>;

const effectiveSchema = z.object({
  enabled: z.boolean(),
  threshold: z.number(),
  action: actionSchema,
  minutes: z.number().int().describe('how long an approval or a pause lasts'),
});

export const alertSchema = z.object({
  id: z.string(),
  kind: kindSchema,
  name: z.string().describe('the kind in words'),
  status: z.enum(ALERT_STATUSES),
  agent: namedSchema,
  server: namedSchema.nullable(),
  tool: z.string().nullable(),
  explanation: z.string().describe('what is unusual, with the numbers; names in it come from servers'),
  method: z.string().describe('how it is found'),
  band: z.string().describe('what is normal'),
  observed: z.number(),
  usual: z.number().nullable(),
  threshold: z.number(),
  unit: z.string().describe('what the threshold counts'),
  evidence: z.record(z.string(), z.string()).describe('filters of `GET /audit` that show the calls'),
  action: actionSchema.describe('what followed by itself'),
  openedAt: timeSchema,
  lastSeenAt: timeSchema,
  acknowledgedAt: timeSchema.nullable(),
  acknowledgedBy: z.string().nullable(),
  acknowledgedNote: z.string().nullable(),
  snoozedUntil: timeSchema.nullable(),
  snoozedBy: z.string().nullable(),
  closedAt: timeSchema.nullable(),
  closedBecause: z.string().nullable(),
  restriction: restrictionSchema.nullable().describe('the newest that it put on the agent'),
  setting: effectiveSchema.describe('what holds for this agent and tool now'),
});
export type AlertAnswer = z.output<typeof alertSchema>;

export const listAlerts = defineContract({
  name: 'listAlerts',
  method: 'GET',
  path: '/alerts',
  permission: 'read',
  summary: 'What is unusual about the calls of agents, newest first. A condition that goes on is one alert, which closes by itself.',
  query: z.strictObject({
    status: anyOf(z.enum(ALERT_STATUSES)).optional(),
    kind: anyOf(kindSchema).optional(),
    agent: z.string().optional().describe('id or slug'),
    server: z.string().optional().describe('id or slug'),
    q: z.string().max(200).optional().describe('part of the explanation'),
    ...pageQueryShape,
  }),
  answer: pageOf(alertSchema).extend({ open: z.number().int().describe('open ones that nobody has acknowledged or snoozed') }),
});

export const getAlert = defineContract({
  name: 'getAlert',
  method: 'GET',
  path: '/alerts/{alert}',
  permission: 'read',
  summary: 'One alert.',
  answer: alertSchema,
});

export const acknowledgeAlert = defineContract({
  name: 'acknowledgeAlert',
  method: 'POST',
  path: '/alerts/{alert}/acknowledge',
  permission: 'alert.handle',
  summary: 'Somebody looks after it. It stays listed until the condition is over; a pause stays, too.',
  body: z.strictObject({ note: reasonSchema.optional() }),
  bodyOptional: true,
  answer: alertSchema,
});

export const snoozeAlert = defineContract({
  name: 'snoozeAlert',
  method: 'POST',
  path: '/alerts/{alert}/snooze',
  permission: 'alert.handle',
  summary: 'Nobody is told of this condition for a while, also when it comes again meanwhile. What follows by itself still does.',
  body: z.strictObject({ minutes: z.number().int().min(1).max(SNOOZE_MINUTES_MAX) }),
  answer: alertSchema,
});

const tuningShape = {
  enabled: z.boolean().nullable().optional().describe('false ignores the kind; null leaves it to the next wider setting'),
  threshold: z.number().positive().nullable().optional(),
  action: actionSchema.nullable().optional(),
  minutes: z.number().int().min(1).max(ACTION_MINUTES_MAX).nullable().optional(),
};

export const tuneAlert = defineContract({
  name: 'tuneAlert',
  method: 'POST',
  path: '/alerts/{alert}/tune',
  permission: 'alert.tune',
  summary: 'Another threshold or action for what this alert is about, or none at all. What is left out stays as it is.',
  body: z.strictObject({ for: z.enum(TUNE_SCOPES), ...tuningShape, reason: reasonSchema }),
  answer: alertSchema,
  affectsGateway: true,
});

export const anomalySettingSchema = z.object({
  id: z.string(),
  kind: kindSchema,
  agent: namedSchema.nullable(),
  server: namedSchema.nullable(),
  tool: z.string().nullable(),
  enabled: z.boolean().nullable(),
  threshold: z.number().nullable(),
  action: actionSchema.nullable(),
  minutes: z.number().int().nullable(),
  reason: z.string(),
  updatedAt: timeSchema,
  updatedBy: z.string(),
});

export const anomalyKindSchema = z.object({
  kind: kindSchema,
  name: z.string(),
  method: z.string(),
  unit: z.string(),
  default: effectiveSchema,
  everybody: effectiveSchema.describe('what holds where nothing more particular is set'),
  thresholdMin: z.number(),
  thresholdMax: z.number(),
  settings: z.array(anomalySettingSchema).describe('what was tuned, the latest first'),
});

export const getAnomalySettings = defineContract({
  name: 'getAnomalySettings',
  method: 'GET',
  path: '/anomaly-settings',
  permission: 'read',
  summary: 'What counts as unusual, what follows from it, and what was tuned.',
  answer: z.object({ items: z.array(anomalyKindSchema) }),
});

export const setAnomalySetting = defineContract({
  name: 'setAnomalySetting',
  method: 'PUT',
  path: '/anomaly-settings/{kind}',
  permission: 'alert.tune',
  summary: 'Tunes one kind for everybody, an agent, a tool, or a tool of an agent. A setting that says nothing any more is removed.',
  body: z.strictObject({
    agent: z.string().optional().describe('id or slug'),
    server: z.string().optional().describe('id or slug; together with `tool`'),
    tool: z.string().max(400).optional(),
    ...tuningShape,
    reason: reasonSchema,
  }),
  answer: anomalyKindSchema,
  affectsGateway: true,
});

export const listRestrictions = defineContract({
  name: 'listRestrictions',
  method: 'GET',
  path: '/restrictions',
  permission: 'read',
  summary: 'What anomalies have put on agents for a while, newest first.',
  query: z.strictObject({
    agent: z.string().optional().describe('id or slug'),
    active: flagSchema.optional(),
    ...pageQueryShape,
  }),
  answer: pageOf(restrictionSchema),
});

export const liftRestriction = defineContract({
  name: 'liftRestriction',
  method: 'POST',
  path: '/restrictions/{restriction}/lift',
  permission: 'restriction.lift',
  summary: 'Ends it before its time: the next call of the agent passes again, and identical calls are counted from zero.',
  body: z.strictObject({ reason: reasonSchema }),
  answer: restrictionSchema,
  affectsGateway: true,
});
