import { argumentInsights } from '@/lib/domain/approval/argument-insight';
import { blastRadius } from '@/lib/domain/approval/blast-radius';
import type { EventDecision } from '@/lib/domain/audit-event';
import { mayRole } from '@/lib/domain/roles';
import type { Json } from '@/lib/kernel/json';
import { APPROVAL_PARTS, type ApprovalRow, readApproval } from '../approvals/approval-answer';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import type { ApprovalContext, getApprovalContext as contract } from './contract';
import { recordReading } from './record-reading';

const HISTORY_DAYS = 90;
const HISTORY_CALLS = 300;
/** And so many bytes of their arguments, the newest calls first: they are opened in the process that serves the gateway. */
const HISTORY_BYTES = 4_000_000;
/** The newest events of a grant that are looked through for earlier calls: a bound on work, whatever the traffic. */
const LOOKED_THROUGH = 5_000;
const BEFORE_CALLS = 6;
const SIMILAR_DAYS = 30;
const DAY_MS = 86_400_000;

/** What a person wants to know beside the request itself. Everything is read from the trail; nothing comes from the agent. */
export async function getApprovalContext(ctx: ControlContext, { params }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const row = await readApproval(ctx.prisma, params.approval);
  const mayRead = ctx.actor.role !== null && mayRole(ctx.actor.role, 'payload.read');
  const args = mayRead ? openedArguments(ctx, row) : null;
  return {
    riskReasons: await riskReasons(ctx, row),
    reach: [...blastRadius(row.category as ApprovalRow['category'] as never, args)],
    comparison: await comparison(ctx, row, args, mayRead),
    before: await callsBefore(ctx, row),
    similar: await similar(ctx, row),
  };
}

async function comparison(
  ctx: ControlContext,
  row: ApprovalRow,
  args: Json | null,
  mayRead: boolean,
): Promise<ApprovalContext['comparison']> {
  if (!mayRead) return { shown: false, why: 'Values are shown to readers of payloads only (roles Approver and Admin).' };
  if (args === null) return { shown: false, why: 'The arguments of this request are not kept any more.' };
  await recordReading(ctx, row);
  const last = await lastApproved(ctx, row);
  const lastArgs = last === null ? null : openedArguments(ctx, last);
  const history = await earlierArguments(ctx, row);
  return {
    shown: true,
    rows: argumentInsights(args, lastArgs, history).map((one) => ({ ...one, marks: [...one.marks] })),
    last:
      last === null || last.decidedAt === null
        ? null
        : { approval: last.id, at: last.decidedAt.toISOString(), by: last.decidedBy ?? '', kept: lastArgs !== null },
    calls: history.length,
    days: HISTORY_DAYS,
  };
}

function openedArguments(ctx: ControlContext, { id, argumentsEnvelope }: Pick<ApprovalRow, 'id' | 'argumentsEnvelope'>): Json | null {
  if (argumentsEnvelope === null) return null;
  try {
    const [text] = ctx.services.openApprovalArguments({ id, envelope: argumentsEnvelope });
    return JSON.parse(text ?? 'null') as Json;
  } catch {
    // Sealed with a key that is gone: as good as not kept.
    return null;
  }
}

function lastApproved(ctx: ControlContext, row: ApprovalRow): Promise<ApprovalRow | null> {
  const { agentId, serverId, tool, innerTool } = row;
  return ctx.prisma.approval.findFirst({
    where: { agentId, serverId, tool, innerTool, id: { not: row.id }, usableUntil: { not: null }, decidedAt: { lt: row.createdAt } },
    orderBy: { decidedAt: 'desc' },
    include: APPROVAL_PARTS,
  });
}

/** Arguments of earlier calls that were made, newest first; redacted as they were kept. */
async function earlierArguments(ctx: ControlContext, row: ApprovalRow): Promise<Json[]> {
  const rows = await ctx.prisma.$queryRaw<{ id: string; envelope: string }[]>`
    SELECT id, envelope FROM (
      SELECT e.id, e.at, e.arguments_envelope AS envelope, sum(e.arguments_bytes) OVER (ORDER BY e.at DESC, e.id DESC) AS bytes
      FROM grants g CROSS JOIN LATERAL (
        SELECT id, at, tool, inner_tool, arguments_envelope, arguments_bytes, expects_outcome FROM audit_events
         WHERE grant_id = g.id AND at < ${row.createdAt} AND at >= ${new Date(row.createdAt.getTime() - HISTORY_DAYS * DAY_MS)}
         ORDER BY at DESC, id DESC LIMIT ${LOOKED_THROUGH}) e
     WHERE g.agent_id = ${row.agentId} AND g.server_id = ${row.serverId} AND e.expects_outcome AND e.arguments_envelope IS NOT NULL
       AND e.tool = ${row.tool} AND e.inner_tool IS NOT DISTINCT FROM ${row.innerTool}
     ORDER BY e.at DESC, e.id DESC LIMIT ${HISTORY_CALLS}) newest
     WHERE bytes <= ${HISTORY_BYTES} ORDER BY at DESC`;
  return rows.flatMap(({ id, envelope }) => {
    try {
      return [ctx.services.openArguments({ id, envelope })];
    } catch {
      return [];
    }
  });
}

async function callsBefore(ctx: ControlContext, row: ApprovalRow): Promise<ApprovalContext['before']> {
  const rows = await ctx.prisma.auditEvent.findMany({
    where: {
      grantId: row.grantId,
      method: 'tools/call',
      at: { lt: row.createdAt, gte: new Date(row.createdAt.getTime() - DAY_MS) },
      ...(row.session === null ? {} : { session: row.session }),
    },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: BEFORE_CALLS,
    select: { id: true, at: true, tool: true, innerTool: true, decision: true },
  });
  return rows.reverse().map(({ id, at, tool, innerTool, decision }) => ({
    event: id,
    at: at.toISOString(),
    tool: innerTool ?? tool,
    decision: decision as EventDecision,
  }));
}

async function similar(ctx: ControlContext, row: ApprovalRow): Promise<ApprovalContext['similar']> {
  const { agentId, serverId, tool, innerTool } = row;
  const groups = await ctx.prisma.approval.groupBy({
    by: ['status'],
    where: {
      agentId,
      serverId,
      tool,
      innerTool,
      id: { not: row.id },
      createdAt: { gte: new Date(ctx.now.getTime() - SIMILAR_DAYS * DAY_MS) },
    },
    _count: true,
  });
  const count = (...statuses: string[]) =>
    groups.filter(({ status }) => statuses.includes(status)).reduce((sum, { _count }) => sum + _count, 0);
  return { days: SIMILAR_DAYS, approved: count('approved', 'consumed'), denied: count('denied'), expired: count('expired') };
}

async function riskReasons(ctx: ControlContext, row: ApprovalRow): Promise<string[]> {
  const tools = await ctx.prisma.tool.findMany({
    where: { serverId: row.serverId, name: { in: [row.innerTool ?? row.tool, row.tool] } },
    select: { name: true, reasons: true },
  });
  // The risk is that of the tool that would run; a dispatcher speaks for one that the catalogue does not have.
  const tool = tools.find(({ name }) => name === row.innerTool) ?? tools.find(({ name }) => name === row.tool);
  return (Array.isArray(tool?.reasons) ? tool.reasons : []).map(String);
}
