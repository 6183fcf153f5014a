import { z } from 'zod';
import { COUNTED_FILTER_NAMES } from '@/lib/domain/counted-filters';
import { TIME_BARS } from '@/lib/domain/time-bars';
import { auditFilterShape, coverageSchema } from '../audit/contract';
import { defineContract } from '../define-contract';
import { anyOf, timeSchema, timeZoneSchema } from '../schema-parts';

export const FACET_VALUES_MAX = 200;

const facetNameSchema = z.enum(COUNTED_FILTER_NAMES);

export const getAuditFacets = defineContract({
  name: 'getAuditFacets',
  method: 'GET',
  path: '/audit/facets',
  permission: 'read',
  summary:
    'How many calls each value of a filter has. The filter of the same name is left aside, so that the numbers say what another choice would give.',
  query: z.strictObject({
    ...auditFilterShape,
    facet: anyOf(facetNameSchema).optional().describe('all unless told'),
    match: z.string().max(100).optional().describe('values that contain this, for completion'),
    values: z.coerce.number().int().min(1).max(FACET_VALUES_MAX).default(20).describe('the most frequent so many of each'),
  }),
  answer: z.object({
    total: z.number().int().describe('calls that all filters leave'),
    facets: z.array(
      z.object({
        name: facetNameSchema,
        values: z.array(z.object({ value: z.string().describe('`-`: none recorded'), calls: z.number().int() })),
        more: z.boolean().describe('there are more values'),
      }),
    ),
    coverage: coverageSchema,
  }),
});

export const getAuditHistogram = defineContract({
  name: 'getAuditHistogram',
  method: 'GET',
  path: '/audit/histogram',
  permission: 'read',
  summary: 'Calls by decision over time for the whole filter.',
  query: z.strictObject({
    ...auditFilterShape,
    bucket: z.enum(TIME_BARS).optional().describe('chosen to give at most about 100 bars unless told'),
    zone: timeZoneSchema.default('UTC').describe('whose clock days and hours begin by'),
  }),
  answer: z.object({
    from: timeSchema,
    to: timeSchema,
    bucket: z.enum(TIME_BARS),
    zone: z.string(),
    total: z.number().int(),
    byDecision: z.record(z.string(), z.number().int()),
    series: z
      .array(z.object({ at: timeSchema, decisions: z.record(z.string(), z.number().int()) }))
      .describe('buckets without calls are left out'),
    coverage: coverageSchema,
  }),
});
