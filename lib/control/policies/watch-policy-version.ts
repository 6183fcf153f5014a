import type { ControlContext, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { locatePolicy, locateServer } from '../locate';
import { expectedRange, FIRST_MS, OUTCOMES, type Outcome, SO_FAR_MS_MAX } from './expected-range';
import { countOutcomes, type SpanCounts } from './outcome-counts';
import type { watchPolicyVersion as contract } from './review-contract';
import type { Forecast } from './simulation-forecast';
import { versionNumber } from './version-number';

type Watch = AnswerOf<typeof contract>;

/** What a span is compared with: so many in so long a time. */
interface Yardstick {
  readonly source: 'simulation' | 'before';
  readonly lengthMs: number;
  readonly counts: Record<Outcome, number>;
}

/** What the version did to calls since it went live, beside its simulation's forecast, or beside the same time before when it has none. */
export async function watchPolicyVersion(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<Watch> {
  const server = await locateServer(ctx.prisma, params.server);
  const policy = await locatePolicy(ctx.prisma, server.id, params.policy);
  const neighbours = { select: { version: true, publishedAt: true, forecast: true } } as const;
  const version = versionNumber(params.n);
  const row = await ctx.prisma.policyVersion.findUnique({ where: { policyId_version: { policyId: policy.id, version } }, ...neighbours });
  if (!row) throw new ControlError(404, 'policy_version.not_found', `The policy has no version \`${params.n}\`.`);
  const next = await ctx.prisma.policyVersion.findFirst({
    where: { policyId: policy.id, version: { gt: version } },
    orderBy: { version: 'asc' },
    ...neighbours,
  });
  const previous = await ctx.prisma.policyVersion.findFirst({
    where: { policyId: policy.id, version: { lt: version } },
    orderBy: { version: 'desc' },
    ...neighbours,
  });
  const fromMs = row.publishedAt.getTime();
  const endMs = Math.max(fromMs, next?.publishedAt.getTime() ?? ctx.now.getTime());
  const forecast = row.forecast as Forecast | null;
  const span = async (lengthMs: number): Promise<Watch['first']> => {
    const toMs = Math.min(fromMs + lengthMs, endMs);
    const counts = await countOutcomes(ctx.prisma, { policyId: policy.id, version, fromMs, toMs });
    const yardstick = forecast ? ofForecast(forecast) : previous ? await before(ctx, policy.id, fromMs, toMs - fromMs) : null;
    return spanOf(fromMs, toMs, toMs === fromMs + lengthMs || next !== null, counts, yardstick);
  };
  const first = await span(FIRST_MS);
  return {
    version,
    publishedAt: row.publishedAt.toISOString(),
    endedAt: next?.publishedAt.toISOString() ?? null,
    forecastFrom: first.forecast === null ? null : forecast ? 'simulation' : 'before',
    simulation: forecast?.simulation ?? null,
    first,
    soFar: await span(SO_FAR_MS_MAX),
    previous: previous?.version ?? null,
  };
}

function ofForecast(forecast: Forecast): Yardstick {
  const lengthMs = Date.parse(forecast.to) - Date.parse(forecast.from);
  return { source: 'simulation', lengthMs, counts: { denied: forecast.denied, limited: forecast.limited, asked: forecast.asked } };
}

/** Fewer calls than this say nothing about what is usual. */
const USUAL_CALLS_MIN = 20;

async function before(ctx: ControlContext, policyId: string, publishedMs: number, lengthMs: number): Promise<Yardstick | null> {
  const counts = await countOutcomes(ctx.prisma, { policyId, version: null, fromMs: publishedMs - lengthMs, toMs: publishedMs });
  return counts.calls !== null && counts.calls < USUAL_CALLS_MIN ? null : { source: 'before', lengthMs, counts };
}

function spanOf(fromMs: number, toMs: number, complete: boolean, counts: SpanCounts, yardstick: Yardstick | null): Watch['first'] {
  const span = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), complete, counts };
  if (yardstick === null || yardstick.lengthMs <= 0) return { ...span, forecast: null, deviates: [] };
  const share = (toMs - fromMs) / yardstick.lengthMs;
  const range = (outcome: Outcome) => expectedRange(yardstick.counts[outcome] * share);
  const forecast = { denied: range('denied'), limited: range('limited'), asked: range('asked') };
  const deviates: Watch['first']['deviates'] = [];
  for (const outcome of OUTCOMES) {
    const actual = counts[outcome];
    if (actual > forecast[outcome].high) deviates.push({ outcome, actual, direction: 'more' });
    if (actual < forecast[outcome].low) deviates.push({ outcome, actual, direction: 'fewer' });
  }
  return { ...span, forecast, deviates };
}
