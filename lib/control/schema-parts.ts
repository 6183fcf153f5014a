import { z } from 'zod';
import { CATEGORIES, RISK_LEVELS } from '@/lib/domain/risk';
import { isTimeZone } from '@/lib/kernel/zoned-time';

/** The pieces that several contracts share. */

export const slugSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use 1 to 63 lower-case letters, digits and hyphens, starting with a letter or digit')
  .describe('Immutable; used in URLs and policies');

/** A line of text without control characters: names are shown in tables, logs and exports. */
export const lineSchema = (lengthMax: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(lengthMax, `at most ${lengthMax} characters`)
    .regex(/^[^\u0000-\u001f\u007f\u2028\u2029]*$/, 'must be one line without control characters');

export const timeSchema = z.iso.datetime().describe('ISO 8601 UTC with milliseconds');

/** A time as callers write it: any offset is accepted and understood as UTC. */
export const timeInputSchema = z.iso.datetime({ offset: true, message: 'use an ISO 8601 time with a zone, such as 2026-11-20T12:00:00Z' });

export const timeZoneSchema = z.string().max(64).refine(isTimeZone, 'use a name of the IANA time zone database, such as Europe/Vienna');

export const categorySchema = z.enum(CATEGORIES);
export const riskSchema = z.enum(RISK_LEVELS);

export const findingSchema = z.object({
  code: z.string(),
  severity: z.enum(['low', 'medium', 'high']),
  message: z.string(),
  path: z.string().describe('JSON Pointer into the definition'),
});

export const dispatchSchema = z.object({
  tool: z.string(),
  arguments: z.string().nullable(),
  opaque: z.boolean().optional(),
});

export const problemSchema = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  code: z.string(),
  message: z.string(),
  path: z.string().describe('JSON Pointer into the document'),
  line: z.number().int().describe('from 1'),
  column: z.number().int().describe('from 1'),
  endLine: z.number().int().optional(),
  endColumn: z.number().int().optional(),
  hint: z.string().optional(),
  fixes: z
    .array(
      z.object({
        title: z.string(),
        edits: z
          .array(z.object({ start: z.number().int(), end: z.number().int(), text: z.string() }))
          .describe('UTF-16 offsets into the text'),
      }),
    )
    .optional(),
});

export const LIMIT_DEFAULT = 50;
export const LIMIT_MAX = 500;

/** `?limit=&cursor=` of every list. */
export const pageQueryShape = {
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
  cursor: z.string().max(400).optional().describe('`nextCursor` of the page before'),
};

export const pageOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** `?x=a,b` or `?x=a&x=b`: any of the values. */
export const anyOf = <Value extends z.ZodType<string, string>>(value: Value) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((raw) =>
      (Array.isArray(raw) ? raw : [raw])
        .flatMap((part) => part.split(','))
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(value).min(1).max(50));

export const flagSchema = z.enum(['true', 'false']).transform((text) => text === 'true');

export const referenceSchema = z.object({ id: z.string(), slug: z.string(), name: z.string() });

/** Free JSON of a caller; bounded by the size of the body. */
export const jsonObjectSchema = z.record(z.string(), z.json());
