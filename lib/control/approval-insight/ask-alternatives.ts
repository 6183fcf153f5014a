import type { LoadedRequest } from '@/lib/domain/approval/approval-load';
import { askAlternatives, type KeptRequest } from '@/lib/domain/approval/ask-conditions';
import type { Json } from '@/lib/kernel/json';
import { REDACTED } from '@/lib/policy/redact';
import { change } from '../change';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { getAskAlternatives as contract } from './contract';

const DAY_MS = 86_400_000;
/** The newest requests of the rule that are looked at, and so many bytes of their arguments: they are opened in the process that serves the gateway. */
const LOOKED_AT = 1_000;
const BYTES_MAX = 4_000_000;

interface Row {
  readonly id: string;
  readonly policy: string;
  readonly inner_tool: string | null;
  readonly envelope: string | null;
  readonly outcome: LoadedRequest['outcome'];
}

/** Under which conditions a rule would have asked less, from the arguments of the requests it made. */
export async function getAskAlternatives(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const from = new Date(ctx.now.getTime() - query.days * DAY_MS);
  const rows = await ctx.prisma.$queryRaw<Row[]>`
    SELECT id, policy, inner_tool, CASE WHEN bytes <= ${BYTES_MAX} THEN envelope END AS envelope, outcome FROM (
      SELECT id, policy_id AS policy, inner_tool, arguments_envelope AS envelope,
        sum(CASE WHEN arguments_envelope IS NULL THEN 0 ELSE arguments_bytes END) OVER (ORDER BY created_at DESC, id DESC) AS bytes,
        CASE WHEN usable_until IS NOT NULL THEN 'approved' WHEN status = 'denied' THEN 'denied'
             WHEN status = 'expired' OR (status = 'pending' AND expires_at <= ${ctx.now}) THEN 'expired' ELSE 'other' END AS outcome
        FROM approvals
       WHERE created_at >= ${from} AND server_slug = ${query.server} AND policy_slug = ${query.policy} AND rule = ${query.rule}
         AND coalesce(inner_tool, tool) = ${query.tool}
       ORDER BY created_at DESC, id DESC LIMIT ${LOOKED_AT}) newest`;
  const requests = rows.map((row): KeptRequest => ({ args: argumentsOf(ctx, row), outcome: row.outcome }));
  const kept = requests.filter(({ args }) => args !== null).length;
  if (kept > 0) await recordLook(ctx, query, rows[0]?.policy ?? '', kept);
  const alternatives = askAlternatives(requests, REDACTED).map(({ condition, asked, unanswered, range }) => ({
    condition: condition.op === 'gt' ? condition : { ...condition, value: [...condition.value] },
    asked,
    unanswered,
    range: range === null ? null : { lowest: range[0], highest: range[1] },
  }));
  return { requests: requests.length, kept, alternatives };
}

/** A condition of an inner tool looks at what the dispatcher unpacks, which is not what was recorded. */
function argumentsOf(ctx: ControlContext, { id, inner_tool, envelope }: Row): Json | null {
  if (envelope === null || inner_tool !== null) return null;
  try {
    const [text] = ctx.services.openApprovalArguments({ id, envelope });
    return JSON.parse(text ?? 'null') as Json;
  } catch {
    return null;
  }
}

/** That somebody had the arguments of many requests looked through; once a person, rule and day. */
async function recordLook(
  ctx: ControlContext,
  { server, policy, rule, tool }: VerbInput<typeof contract>['query'],
  policyId: string,
  requests: number,
): Promise<void> {
  const facts = {
    action: 'approval.alternatives',
    entity: 'policy',
    entityId: policyId,
    entityName: `${server}/${policy} ${rule} ${tool}`,
  };
  const since = new Date(ctx.now.getTime() - DAY_MS);
  const before = await ctx.prisma.adminChange.findFirst({
    where: { ...facts, actorId: ctx.actor.id, at: { gte: since } },
    select: { id: true },
  });
  if (before) return;
  await change(ctx, (_tx, record) => record({ ...facts, after: { requests } }));
}
