import { z } from 'zod';
import { CHANNEL_EVENTS, CHANNEL_KINDS, DELIVERY_EVENTS, DELIVERY_STATUSES } from '@/lib/domain/notification/notification-event';
import { MAIL_SECURITY } from '@/lib/domain/notification/outgoing-message';
import { defineContract } from '../define-contract';
import { anyOf, lineSchema, pageOf, pageQueryShape, riskSchema, slugSchema, timeSchema } from '../schema-parts';

export const AFTER_MINUTES_MAX = 1_440;

const urlSchema = z.string().trim().min(1).max(2_048).describe('https; write-only, because such addresses often are the credential');
const signingSecretSchema = z
  .string()
  .min(24, 'at least 24 characters')
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'visible ASCII without spaces')
  .refine((secret) => !secret.startsWith('whsec_') || /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(secret), 'after `whsec_` comes base64')
  .describe('write-only; `whsec_` and base64, as Standard Webhooks has it, or any text');
// One address, without a display name: what nodemailer would make of more is not worth guarding.
const mailAddressSchema = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@<>()[\],;:\\"\u0000-\u001f\u007f]+@[^\s@<>()[\],;:\\"\u0000-\u001f\u007f]+$/, 'one address, such as approvals@example.com');
const smtpShape = {
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9._:-]+$/, 'a host name or address'),
  port: z.int().min(1).max(65_535),
  security: z.enum(MAIL_SECURITY).describe('`tls` from the first byte, `starttls`, or `none` (listed private hosts only)'),
  user: z.string().trim().min(1).max(320).nullable(),
  from: mailAddressSchema,
  to: z.array(mailAddressSchema).min(1, 'at least one receiver').max(20),
};
const passwordSchema = z.string().min(1).max(1_000).describe('write-only');

const filterShape = {
  name: lineSchema(80),
  events: z.array(z.enum(CHANNEL_EVENTS)).min(1, 'choose at least one event').max(CHANNEL_EVENTS.length),
  servers: z.array(slugSchema).max(200).describe('slugs; none means every server'),
  minimumRisk: riskSchema,
  afterMinutes: z
    .int()
    .min(0)
    .max(AFTER_MINUTES_MAX)
    .describe('`escalated` is sent so long after the request if it still waits then; 0 without that event'),
  includeArguments: z.boolean().describe('as the policy redacted them, and only of servers that keep arguments'),
  enabled: z.boolean(),
};

const filterDefaults = {
  ...filterShape,
  events: filterShape.events.default(['requested']),
  servers: filterShape.servers.default([]),
  minimumRisk: filterShape.minimumRisk.default('low'),
  afterMinutes: filterShape.afterMinutes.default(0),
  includeArguments: filterShape.includeArguments.default(false),
  enabled: filterShape.enabled.default(true),
};

const setSecretSchema = z.object({ set: z.literal(true), setAt: timeSchema, setBy: z.string(), fingerprint: z.string() });

export const channelSchema = z.object({
  id: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  ...filterShape,
  url: setSecretSchema.extend({ host: z.string() }).nullable().describe('of webhook and slack'),
  signingSecret: setSecretSchema.nullable().describe('of webhook'),
  smtp: z
    .object({ ...smtpShape, password: setSecretSchema.nullable() })
    .nullable()
    .describe('of email'),
  lastDelivery: z
    .object({ at: timeSchema, status: z.enum(DELIVERY_STATUSES), detail: z.string().nullable() })
    .nullable()
    .describe('the newest that was tried'),
  createdAt: timeSchema,
  createdBy: z.string(),
  updatedAt: timeSchema,
  etag: z.string(),
});
export type ChannelAnswer = z.output<typeof channelSchema>;

export const deliverySchema = z.object({
  id: z.string(),
  messageId: z.string().describe('what receivers see; the same for a delivery that was sent again'),
  channel: z.object({ id: z.string().nullable(), name: z.string(), kind: z.enum(CHANNEL_KINDS) }),
  approval: z.string().nullable(),
  event: z.enum(DELIVERY_EVENTS),
  about: z.object({ agent: z.string(), server: z.string().nullable(), tool: z.string().nullable() }),
  status: z.enum(DELIVERY_STATUSES),
  attempts: z.number().int(),
  createdAt: timeSchema,
  lastAttemptAt: timeSchema.nullable(),
  finishedAt: timeSchema.nullable(),
  nextAttemptAt: timeSchema.nullable().describe('of what waits'),
  responseCode: z.number().int().nullable(),
  detail: z.string().nullable(),
});
export type DeliveryAnswer = z.output<typeof deliverySchema>;

export const listNotificationChannels = defineContract({
  name: 'listNotificationChannels',
  method: 'GET',
  path: '/notification-channels',
  permission: 'notification.write',
  summary: 'Where people are told about approvals, access requests and what falls due.',
  query: z.strictObject({ ...pageQueryShape }),
  answer: pageOf(channelSchema),
});

export const createNotificationChannel = defineContract({
  name: 'createNotificationChannel',
  method: 'POST',
  path: '/notification-channels',
  permission: 'notification.write',
  summary: 'A new channel: a signed webhook, a Slack-compatible address, or mail over SMTP.',
  body: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('webhook'), ...filterDefaults, url: urlSchema, signingSecret: signingSecretSchema }),
    z.strictObject({ kind: z.literal('slack'), ...filterDefaults, url: urlSchema }),
    z.strictObject({
      kind: z.literal('email'),
      ...filterDefaults,
      smtp: z.strictObject({ ...smtpShape, user: smtpShape.user.default(null), password: passwordSchema.optional() }),
    }),
  ]),
  answer: channelSchema,
  status: 201,
});

export const getNotificationChannel = defineContract({
  name: 'getNotificationChannel',
  method: 'GET',
  path: '/notification-channels/{channel}',
  permission: 'notification.write',
  summary: 'One channel.',
  answer: channelSchema,
});

export const updateNotificationChannel = defineContract({
  name: 'updateNotificationChannel',
  method: 'PATCH',
  path: '/notification-channels/{channel}',
  permission: 'notification.write',
  summary: 'Changes what is given; secrets that are left out stay. The kind never changes.',
  body: z.strictObject({
    ...z.object(filterShape).partial().shape,
    url: urlSchema.optional(),
    signingSecret: signingSecretSchema.optional(),
    smtp: z
      .strictObject({ ...smtpShape, password: passwordSchema.nullable() })
      .partial()
      .optional()
      .describe('`password: null` removes it'),
  }),
  answer: channelSchema,
});

export const deleteNotificationChannel = defineContract({
  name: 'deleteNotificationChannel',
  method: 'DELETE',
  path: '/notification-channels/{channel}',
  permission: 'notification.write',
  summary: 'Deletes a channel and what still waited for it; its log stays.',
  answer: z.object({ deleted: z.object({ id: z.string(), name: z.string() }), dropped: z.number().int() }),
});

export const testNotificationChannel = defineContract({
  name: 'testNotificationChannel',
  method: 'POST',
  path: '/notification-channels/{channel}/test',
  permission: 'notification.write',
  summary: 'Really sends a message that says it is a test, once, and gives what the receiver answered.',
  body: z.strictObject({}),
  bodyOptional: true,
  answer: deliverySchema,
});

export const listNotificationDeliveries = defineContract({
  name: 'listNotificationDeliveries',
  method: 'GET',
  path: '/notification-deliveries',
  permission: 'notification.write',
  summary: 'What was sent, what waits and what failed, newest first. Kept for 30 days.',
  query: z.strictObject({
    channel: z.string().max(200).optional(),
    approval: z.string().max(200).optional(),
    event: anyOf(z.enum(DELIVERY_EVENTS)).optional(),
    status: anyOf(z.enum(DELIVERY_STATUSES)).optional(),
    ...pageQueryShape,
  }),
  answer: pageOf(deliverySchema),
});

export const resendNotification = defineContract({
  name: 'resendNotification',
  method: 'POST',
  path: '/notification-deliveries/{delivery}/resend',
  permission: 'notification.write',
  summary: 'Sends what is over once more, under the same message id; what still waits for another attempt is tried now.',
  body: z.strictObject({}),
  bodyOptional: true,
  answer: deliverySchema,
});
