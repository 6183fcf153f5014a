import { z } from 'zod';
import { TIME_BARS } from '@/lib/domain/time-bars';
import { auditFilterShape } from '../audit/contract';
import { defineContract } from '../define-contract';
import { timeSchema, timeZoneSchema } from '../schema-parts';

const percentilesSchema = z.object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() });
const topSchema = z.object({ name: z.string(), calls: z.number().int(), refused: z.number().int() });
const kindsSchema = z.object({ values: z.number().int(), calls: z.number().int() });

export const getStats = defineContract({
  name: 'getStats',
  method: 'GET',
  path: '/stats',
  permission: 'read',
  summary:
    'Calls by decision over time, the busiest agents and tools, what refused most, and latencies of gateway and upstream apart. Each number is that of the audit list with the same filter.',
  query: z.strictObject({
    ...auditFilterShape,
    bucket: z.enum(TIME_BARS).optional().describe('chosen to give at most about 100 buckets unless told'),
    zone: timeZoneSchema.default('UTC').describe('whose clock days and hours begin by'),
  }),
  answer: z.object({
    from: timeSchema,
    to: timeSchema,
    bucket: z.enum(TIME_BARS),
    zone: z.string(),
    total: z.number().int(),
    byDecision: z.record(z.string(), z.number().int()),
    byOutcome: z.record(z.string(), z.number().int()),
    series: z
      .array(z.object({ at: timeSchema, decisions: z.record(z.string(), z.number().int()) }))
      .describe('buckets without calls are left out'),
    topAgents: z.array(topSchema).describe('`-`: callers without a valid grant'),
    topTools: z
      .array(topSchema.extend({ server: z.string().nullable() }))
      .describe('a call through a dispatcher counts for the dispatcher and for the inner tool, as the filter finds it; `-`: none'),
    topReasons: z.array(z.object({ reason: z.string(), calls: z.number().int() })).describe('of refused calls'),
    topRules: z
      .array(z.object({ rule: z.string(), server: z.string().nullable(), policy: z.string().nullable(), calls: z.number().int() }))
      .describe('rules of policies that refused calls or made them wait'),
    all: z
      .object({ agents: kindsSchema, tools: kindsSchema, reasons: kindsSchema, rules: kindsSchema })
      .describe('how many values there are, those above included, and the sum of their calls'),
    gatewayMs: percentilesSchema,
    upstreamMs: percentilesSchema,
  }),
});
