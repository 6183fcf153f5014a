import { askedWithReuse, asksTooMuch, busiestHour, type LoadedRequest, median } from '@/lib/domain/approval/approval-load';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { ApprovalLoad, getApprovalLoad as contract } from './contract';

const DAY_MS = 86_400_000;
const REQUESTS_MAX = 50_000;
const RULES_MAX = 50;
const REUSES = { '15m': 15 * 60_000, '1h': 3_600_000, '8h': 8 * 3_600_000 } as const;
const REUSE_NAMES = Object.keys(REUSES) as (keyof typeof REUSES)[];

interface RequestRow {
  readonly server: string;
  readonly policy: string;
  readonly rule: string;
  readonly tool: string;
  readonly risk: string;
  readonly subject: string;
  readonly at: Date;
  readonly outcome: LoadedRequest['outcome'];
}

/** How much people are asked, and what they do with it. */
export async function getApprovalLoad(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const from = new Date(ctx.now.getTime() - query.days * DAY_MS);
  const rows = await ctx.prisma.$queryRaw<RequestRow[]>`
    SELECT server_slug AS server, policy_slug AS policy, rule, coalesce(inner_tool, tool) AS tool, risk, subject, created_at AS at,
      CASE WHEN usable_until IS NOT NULL THEN 'approved' WHEN status = 'denied' THEN 'denied'
           WHEN status = 'expired' OR (status = 'pending' AND expires_at <= ${ctx.now}) THEN 'expired' ELSE 'other' END AS outcome
      FROM approvals WHERE created_at >= ${from} ORDER BY created_at DESC LIMIT ${REQUESTS_MAX}`;
  const requests = rows.map(loaded);
  return {
    days: query.days,
    asked: requests.length,
    perDay: Math.round((10 * requests.length) / query.days) / 10,
    busiestHour: busiestHour(requests),
    expired: requests.filter(({ outcome }) => outcome === 'expired').length,
    approvers: await approvers(ctx, from),
    rules: rulesOf(rows),
  };
}

const loaded = ({ subject, at, outcome }: RequestRow): LoadedRequest => ({ subject, atMs: at.getTime(), outcome });

function rulesOf(rows: readonly RequestRow[]): ApprovalLoad['rules'] {
  const groups = new Map<string, RequestRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.server, row.policy, row.rule, row.tool]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const largest = [...groups.values()].sort((a, b) => b.length - a.length).slice(0, RULES_MAX);
  return largest.map((group) => {
    const { server, policy, rule, tool, risk } = group[0] as RequestRow;
    const requests = group.map(loaded);
    const count = (wanted: LoadedRequest['outcome']) => requests.filter(({ outcome }) => outcome === wanted).length;
    return {
      server,
      policy,
      rule,
      tool,
      risk: risk as ApprovalLoad['rules'][number]['risk'],
      asked: requests.length,
      approved: count('approved'),
      denied: count('denied'),
      expired: count('expired'),
      asksTooMuch: asksTooMuch(requests),
      alternatives: REUSE_NAMES.map((reuse) => ({ reuse, asked: askedWithReuse(requests, REUSES[reuse]) })),
    };
  });
}

/** One meter a person or key, the busiest first. */
async function approvers(ctx: ControlContext, from: Date): Promise<ApprovalLoad['approvers']> {
  const votes = await ctx.prisma.$queryRaw<{ voter: string; name: string; vote: string; seconds: number; hour: number }[]>`
    SELECT v.voter_id AS voter, v.voter_name AS name, v.vote, extract(epoch FROM v.at - a.created_at)::float8 AS seconds,
      extract(hour FROM v.at AT TIME ZONE 'UTC')::int AS hour
      FROM approval_votes v JOIN approvals a ON a.id = v.approval_id
     WHERE a.created_at >= ${from} ORDER BY v.at DESC LIMIT ${REQUESTS_MAX}`;
  const people = new Map<string, typeof votes>();
  for (const vote of votes) {
    const own = people.get(vote.voter);
    if (own) own.push(vote);
    else people.set(vote.voter, [vote]);
  }
  return [...people.values()]
    .sort((a, b) => b.length - a.length)
    .map((own) => ({
      name: own[0]?.name ?? '',
      decided: own.length,
      approved: own.filter(({ vote }) => vote === 'approve').length,
      medianSeconds: median(own.map(({ seconds }) => seconds)),
      under3Seconds: own.filter(({ seconds }) => seconds < 3).length,
      atNight: own.filter(({ hour }) => hour >= 22 || hour < 6).length,
    }));
}
