import { z } from 'zod';
import { RETENTION_DAYS_MAX, RETENTION_DAYS_MIN } from '@/lib/domain/retention/months-due';
import { defineContract } from '../define-contract';
import { lineSchema, pageOf, pageQueryShape, timeInputSchema, timeSchema } from '../schema-parts';

const daysSchema = z.number().int().min(RETENTION_DAYS_MIN).max(RETENTION_DAYS_MAX);
const count = z.number().int();

const monthSchema = z.object({
  month: z.string().describe('`YYYY-MM`, UTC'),
  from: timeSchema,
  to: timeSchema.describe('exclusive'),
  calls: count,
  bytes: count.describe('on the disk, with indexes'),
  state: z
    .enum(['kept', 'held', 'due'])
    .describe('`kept`: not past retention; `held`: past it, under a legal hold; `due`: is removed at the next look'),
  holds: z.array(z.string()).describe('ids of legal holds that touch it'),
});
export type RetentionMonth = z.output<typeof monthSchema>;

const retentionSchema = z.object({
  days: z.number().int().nullable().describe('null keeps everything'),
  changedAt: timeSchema.nullable(),
  changedBy: z.string().nullable(),
  reason: z.string().nullable(),
  proposed: z
    .object({
      days: count,
      at: timeSchema,
      by: z.string(),
      reason: z.string(),
      mine: z.boolean().describe('proposed by whoever asks, who cannot confirm it'),
    })
    .nullable()
    .describe('a shorter retention that waits for another admin, who sets the same days'),
  lookedAt: timeSchema.nullable().describe('when it was last looked what is due'),
  problem: z.string().nullable().describe('why the last look could not remove everything that was due'),
  removed: z
    .object({ before: timeSchema, at: timeSchema })
    .nullable()
    .describe('calls before that time were removed, but for months under a hold; when that was last done'),
  months: z.array(monthSchema).describe('oldest first'),
});
export type Retention = z.output<typeof retentionSchema>;

export const getRetention = defineContract({
  name: 'getRetention',
  method: 'GET',
  path: '/audit/retention',
  permission: 'read',
  summary: 'How long calls are kept, and month by month what that means.',
  query: z.strictObject({
    days: z.coerce.number().pipe(daysSchema).optional().describe('the months as they would stand with so many days'),
  }),
  answer: retentionSchema,
});

export const setRetention = defineContract({
  name: 'setRetention',
  method: 'PUT',
  path: '/audit/retention',
  permission: 'retention.write',
  summary:
    'How many days calls are kept; null keeps everything. Whole months past it are removed. Shortening it takes two: the first proposes, another admin or key sets the same days; people also type them and give the password again. Anything longer holds at once and takes a proposal back.',
  body: z.strictObject({
    days: daysSchema.nullable(),
    reason: lineSchema(500),
    confirm: z.string().max(100).optional().describe('shortening, for people: `90 days`'),
    password: z.string().max(1_000).optional().describe('shortening, for people: the own password'),
  }),
  answer: retentionSchema,
});

const removalSchema = z.object({
  month: z.string(),
  from: timeSchema,
  to: timeSchema,
  removedAt: timeSchema,
  calls: count,
  outcomes: count,
  days: count.describe('the retention that it was past'),
  setBy: z.string().describe('who had set that retention'),
  tombstone: count.describe('number of the signed checkpoint that names what is gone'),
});
export type Removal = z.output<typeof removalSchema>;

export const listRemovals = defineContract({
  name: 'listRemovals',
  method: 'GET',
  path: '/audit/removals',
  permission: 'read',
  summary: 'Months that retention removed, newest month first.',
  query: z.strictObject(pageQueryShape),
  answer: pageOf(removalSchema),
});

const holdSchema = z.object({
  id: z.string(),
  agent: z.object({ id: z.string(), slug: z.string() }).nullable().describe('null holds the calls of everybody'),
  from: timeSchema.nullable().describe('null: since ever'),
  to: timeSchema.nullable().describe('exclusive; null: until it is lifted'),
  reason: z.string(),
  placedAt: timeSchema,
  placedBy: z.string(),
  mine: z.boolean().describe('placed by whoever asks, who cannot lift it'),
  liftedAt: timeSchema.nullable(),
  liftedBy: z.string().nullable(),
  liftReason: z.string().nullable(),
});
export type LegalHold = z.output<typeof holdSchema>;

export const listHolds = defineContract({
  name: 'listHolds',
  method: 'GET',
  path: '/audit/holds',
  permission: 'audit.evidence',
  summary: 'Legal holds, newest first, for those who may also take evidence: reasons tell of inquiries.',
  query: z.strictObject({ ...pageQueryShape, status: z.enum(['standing', 'lifted']).optional() }),
  answer: pageOf(holdSchema),
});

export const placeHold = defineContract({
  name: 'placeHold',
  method: 'POST',
  path: '/audit/holds',
  permission: 'retention.write',
  summary: 'Keeps every month that the time, or the calls of the agent in it, touches from being removed.',
  body: z.strictObject({
    agent: z.string().min(1).max(200).optional().describe('id or slug; left out for everybody'),
    from: timeInputSchema.optional(),
    to: timeInputSchema.optional(),
    reason: lineSchema(500),
  }),
  answer: holdSchema,
  status: 201,
});

export const liftHold = defineContract({
  name: 'liftHold',
  method: 'POST',
  path: '/audit/holds/{hold}/lift',
  permission: 'retention.write',
  summary: 'Ends a legal hold. Never by whoever placed it; a person also gives the password again.',
  body: z.strictObject({ reason: lineSchema(500), password: z.string().max(1_000).optional().describe('for people: the own password') }),
  answer: holdSchema,
});
