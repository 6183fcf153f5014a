import type { Prisma } from '@/lib/db/generated/client';
import { mayRole } from '@/lib/domain/roles';
import type { Json } from '@/lib/kernel/json';
import { recordReading } from '../approval-insight/record-reading';
import type { ControlContext, VerbInput } from '../context';
import type { AnswerOf } from '../define-contract';
import { mayReadScopes, scopeAnswer } from '../exceptions/exception-scope';
import { decodeCursor, pageOf } from '../paging';
import { readableTrace, withValues } from '../readable-trace';
import { APPROVAL_PARTS, type ApprovalRow, approvalAnswer, bindingOf, isOwner, readApproval, readOnlooker } from './approval-answer';
import { scopableArguments } from './approval-scope';
import type { ApprovalDetail, listApprovals as contract, getApproval as one } from './contract';
import { commentAnswer, readSurround } from './surround';

/** Newest first, or by the time left. */
export async function listApprovals(ctx: ControlContext, { query }: VerbInput<typeof contract>): Promise<AnswerOf<typeof contract>> {
  const byTime = query.order === 'due';
  const after = decodeCursor(query.cursor, byTime ? 2 : 1);
  const named = (id: 'serverId' | 'agentId', slug: 'serverSlug' | 'agentSlug', reference: string): Prisma.ApprovalWhereInput => ({
    OR: [{ [id]: reference }, { [slug]: reference }],
  });
  const rows = await ctx.prisma.approval.findMany({
    where: {
      AND: [
        query.server ? named('serverId', 'serverSlug', query.server) : {},
        query.agent ? named('agentId', 'agentSlug', query.agent) : {},
        query.assigned === 'me' ? { assignedTo: ctx.actor.id } : {},
        query.status ? { OR: query.status.map((status) => inStatus(status, ctx.now)) } : {},
        after ? beyond(after, byTime) : {},
      ],
    },
    include: APPROVAL_PARTS,
    orderBy: byTime ? [{ expiresAt: 'asc' }, { id: 'asc' }] : { id: 'desc' },
    take: query.limit + 1,
  });
  const onlooker = await readOnlooker(
    ctx.prisma,
    ctx,
    rows.map((row) => row.agentId),
  );
  const around = await readSurround(ctx.prisma, ctx, rows);
  return pageOf(
    rows,
    query.limit,
    (row) => (byTime ? [row.expiresAt.toISOString(), row.id] : [row.id]),
    rows.map((row) => approvalAnswer(ctx, row, onlooker, around)),
  );
}

function beyond([first, second]: readonly unknown[], byTime: boolean): Prisma.ApprovalWhereInput {
  if (!byTime) return { id: { lt: String(first) } };
  const at = new Date(String(first));
  // A cursor that nobody was given names no place.
  if (Number.isNaN(at.getTime())) return { id: '' };
  return { OR: [{ expiresAt: { gt: at } }, { expiresAt: at, id: { gt: String(second) } }] };
}

/** What is due counts as expired from that instant on. */
function inStatus(status: string, now: Date): Prisma.ApprovalWhereInput {
  if (status === 'pending') return { status, expiresAt: { gt: now } };
  if (status === 'approved') return { status, usableUntil: { gt: now } };
  if (status !== 'expired') return { status };
  return { OR: [{ status }, { status: 'pending', expiresAt: { lte: now } }, { status: 'approved', usableUntil: { lte: now } }] };
}

/** Everything a person decides by. Reading the arguments is recorded before they are given out, once a person and request. */
export async function getApproval(ctx: ControlContext, { params }: VerbInput<typeof one>): Promise<AnswerOf<typeof one>> {
  const row = await readApproval(ctx.prisma, params.approval);
  const opened = await openedArguments(ctx, row);
  const exception = await ctx.prisma.approvalException.findUnique({ where: { approvalId: row.id } });
  const scopeShown = exception !== null && exception.scopeEnvelope !== null && mayReadScopes(ctx);
  if (scopeShown) await recordReading(ctx, row);
  const onlooker = await readOnlooker(ctx.prisma, ctx, [row.agentId]);
  return {
    ...approvalAnswer(ctx, row, onlooker, await readSurround(ctx.prisma, ctx, [row])),
    owns: isOwner(row, onlooker),
    thread: (await ctx.prisma.approvalComment.findMany({ where: { approvalId: row.id }, orderBy: { id: 'asc' } })).map(commentAnswer),
    arguments: opened.arguments,
    argumentsBytes: row.argumentsBytes,
    argumentsDigest: bindingOf(row).arguments,
    trace: readableTrace(ctx, withValues(row.trace as ApprovalDetail['trace'], opened.values)),
    client: row.clientName === null ? null : { name: row.clientName, version: row.clientVersion ?? '' },
    session: row.session,
    sourceIp: row.sourceIp,
    exception:
      exception === null
        ? null
        : {
            id: exception.id,
            expiresAt: exception.expiresAt.toISOString(),
            uses: exception.uses,
            lastUsedAt: exception.lastUsedAt?.toISOString() ?? null,
            revokedAt: exception.revokedAt?.toISOString() ?? null,
            revokedBy: exception.revokedBy,
            scope: scopeAnswer(ctx, exception, scopeShown),
          },
  };
}

interface Opened {
  readonly arguments: ApprovalDetail['arguments'];
  /** What rules found in them, by the place of the step in the trace. */
  readonly values: readonly (readonly [number, Json])[];
}

const notShown = (why: string): Opened => ({ arguments: { shown: false, why }, values: [] });

async function openedArguments(ctx: ControlContext, row: ApprovalRow): Promise<Opened> {
  if (ctx.actor.role === null || !mayRole(ctx.actor.role, 'payload.read'))
    return notShown('Arguments are shown to readers of payloads only (roles Approver and Admin).');
  if (row.argumentsEnvelope === null)
    return notShown('The server keeps no arguments, and the request is over. Their HMAC is in the trail.');
  let opened: readonly (string | null)[];
  try {
    opened = ctx.services.openApprovalArguments({ id: row.id, envelope: row.argumentsEnvelope });
  } catch {
    return notShown('The arguments cannot be opened with the current CALLGATE_SECRET_KEY.');
  }
  await recordReading(ctx, row);
  const [text, inputs, values] = opened;
  return {
    arguments: {
      shown: true,
      text: text ?? '',
      value: JSON.parse(text ?? 'null'),
      inputs: inputs || null,
      scopable: scopableArguments(opened, row.risk),
    },
    values: JSON.parse(values ?? '[]') as Opened['values'],
  };
}
