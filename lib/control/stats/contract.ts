import { z } from 'zod';
import { auditFilterShape } from '../audit/contract';
import { defineContract } from '../define-contract';
import { timeSchema } from '../schema-parts';

export const STATS_BUCKETS = ['minute', '5m', '15m', 'hour', '6h', 'day'] as const;

const percentilesSchema = z.object({ p50: z.number().nullable(), p95: z.number().nullable(), p99: z.number().nullable() });
const topSchema = z.object({ name: z.string(), calls: z.number().int(), refused: z.number().int() });

export const getStats = defineContract({
  name: 'getStats',
  method: 'GET',
  path: '/stats',
  permission: 'read',
  summary: 'Calls by decision over time, the busiest agents and tools, and latencies of gateway and upstream apart.',
  query: z.strictObject({
    ...auditFilterShape,
    bucket: z.enum(STATS_BUCKETS).optional().describe('chosen to give at most about 100 buckets unless told'),
  }),
  answer: z.object({
    from: timeSchema,
    to: timeSchema,
    bucket: z.enum(STATS_BUCKETS),
    total: z.number().int(),
    byDecision: z.record(z.string(), z.number().int()),
    byOutcome: z.record(z.string(), z.number().int()),
    series: z
      .array(z.object({ at: timeSchema, decisions: z.record(z.string(), z.number().int()) }))
      .describe('buckets without calls are left out'),
    topAgents: z.array(topSchema),
    topTools: z.array(topSchema.extend({ server: z.string().nullable() })),
    topReasons: z.array(z.object({ reason: z.string(), calls: z.number().int() })),
    gatewayMs: percentilesSchema,
    upstreamMs: percentilesSchema,
  }),
});
