import type { Prisma } from '@/lib/db/generated/client';
import { type ApprovalBinding, type ApprovalDifference, differenceSentence } from '@/lib/domain/approval/approval-binding';
import type { ApprovalStatus } from '@/lib/domain/approval/approval-state';
import { HOLD_SILENT_MS } from '@/lib/domain/approval/approval-terms';
import { type Eligibility, eligibilityOf, whoCan } from '@/lib/domain/approval/eligibility';
import { latestExpiryMs } from '@/lib/domain/approval/teamwork-terms';
import { mayRole } from '@/lib/domain/roles';
import type { ControlContext, Reader } from '../context';
import { notFound } from '../control-error';
import type { ApprovalAnswer } from './contract';

export const APPROVAL_PARTS = { votes: { orderBy: { at: 'asc' } }, holds: true } as const satisfies Prisma.ApprovalInclude;
export type ApprovalRow = Prisma.ApprovalGetPayload<{ include: typeof APPROVAL_PARTS }>;

/** What is asked of the database once a page: who asks, and who owns the agents now. */
export interface Onlooker {
  readonly email: string | null;
  /** By agent id. */
  readonly owners: ReadonlyMap<string, string>;
}

export async function readOnlooker(db: Reader, ctx: Pick<ControlContext, 'actor'>, agentIds: readonly string[]): Promise<Onlooker> {
  const { actor } = ctx;
  const user = actor.kind === 'user' ? await db.user.findUnique({ where: { id: actor.id }, select: { email: true } }) : null;
  const agents = await db.agent.findMany({ where: { id: { in: [...new Set(agentIds)] } }, select: { id: true, owner: true } });
  return { email: user?.email ?? null, owners: new Map(agents.map(({ id, owner }) => [id, owner])) };
}

/** What people did around the requests of a page: by id, and for one of the people where it is theirs. */
export interface Surround {
  readonly viewers: ReadonlyMap<string, string[]>;
  readonly comments: ReadonlyMap<string, number>;
  readonly snoozedUntil: ReadonlyMap<string, Date>;
  /** By `sentenceKey`. */
  readonly sentences: ReadonlyMap<string, string>;
}
export const sentenceKey = ({ serverId, tool }: { readonly serverId: string; readonly tool: string }): string =>
  JSON.stringify([serverId, tool]);

/** Whether the one who looks owns the agent: now, or when it asked. */
export function isOwner(row: Pick<ApprovalRow, 'agentId' | 'agentOwner'>, { email, owners }: Onlooker): boolean {
  const own = email?.toLowerCase();
  return own !== undefined && [row.agentOwner, owners.get(row.agentId)].some((owner) => owner?.toLowerCase() === own);
}

type DecidableRow = Pick<ApprovalRow, 'agentId' | 'agentOwner' | 'approvers' | 'votesNeeded' | 'votes'>;

/** Whether this actor may decide: by role at all, and by the rule for this one. */
export function decisionOf(ctx: Pick<ControlContext, 'actor'>, row: DecidableRow, { email, owners }: Onlooker): Eligibility {
  const { actor } = ctx;
  const approvers = row.approvers as string[];
  if (actor.kind === 'anonymous' || !mayRole(actor.role, 'approval.decide'))
    return { may: false, why: `Deciding needs the role Approver or Admin. ${whoCan(approvers)} can.` };
  return eligibilityOf(
    { kind: actor.kind, id: actor.id, role: actor.role, email },
    {
      approvers,
      votesNeeded: row.votesNeeded,
      owners: [row.agentOwner, ...(owners.has(row.agentId) ? [owners.get(row.agentId) as string] : [])],
      approvedBy: row.votes.filter(({ vote }) => vote === 'approve').map(({ voterId }) => voterId),
    },
  );
}

/** Where it stands by this time: what is due is over, whether or not somebody has noted it yet. */
export function statusAt(row: Pick<ApprovalRow, 'status' | 'expiresAt' | 'usableUntil'>, now: Date): ApprovalStatus {
  const open = row.status === 'pending' || row.status === 'approved';
  return open && (row.usableUntil ?? row.expiresAt) <= now ? 'expired' : (row.status as ApprovalStatus);
}

export function approvalAnswer(
  ctx: Pick<ControlContext, 'actor' | 'now'>,
  row: ApprovalRow,
  onlooker: Onlooker,
  around: Surround,
): ApprovalAnswer {
  const held = row.holds.filter((hold) => ctx.now.getTime() - hold.lastSeenAt.getTime() < HOLD_SILENT_MS && hold.until > ctx.now);
  const until = held.reduce<Date | null>((latest, hold) => (latest === null || hold.until > latest ? hold.until : latest), null);
  const snoozed = around.snoozedUntil.get(row.id);
  return {
    id: row.id,
    status: statusAt(row, ctx.now),
    digest: row.digest,
    server: { id: row.serverId, slug: row.serverSlug },
    agent: { id: row.agentId, slug: row.agentSlug, owner: row.agentOwner },
    grant: row.grantId,
    policy: { id: row.policyId, slug: row.policySlug, version: row.policyVersion },
    tool: row.tool,
    innerTool: row.innerTool,
    category: row.category as ApprovalAnswer['category'],
    risk: row.risk as ApprovalAnswer['risk'],
    purpose: row.purpose,
    rule: row.rule,
    message: row.message,
    approvers: row.approvers as string[],
    votesNeeded: row.votesNeeded,
    votes: row.votes.map((vote) => ({
      by: vote.voterName,
      kind: vote.voterKind as 'user' | 'key',
      vote: vote.vote as 'approve' | 'deny',
      reason: vote.reason,
      at: vote.at.toISOString(),
    })),
    asks: row.asks,
    createdAt: row.createdAt.toISOString(),
    lastAskedAt: row.lastAskedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
    decidedBy: row.decidedBy,
    decidedReason: row.decidedReason,
    usableUntil: row.usableUntil?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    consumedEvent: row.consumedEvent,
    differences: (row.differences as unknown as ApprovalDifference[]).map(differenceSentence),
    reuseMs: Number(row.reuseMs),
    waiting: { calls: held.length, until: until?.toISOString() ?? null },
    viewers: around.viewers.get(row.id) ?? [],
    assigned:
      row.assignedTo === null
        ? null
        : { id: row.assignedTo, name: row.assignedName ?? '', by: row.assignedBy ?? '', at: row.assignedAt?.toISOString() ?? '' },
    comments: around.comments.get(row.id) ?? 0,
    snoozedUntil: snoozed !== undefined && snoozed > ctx.now ? snoozed.toISOString() : null,
    latestExpiresAt: new Date(latestExpiryMs(row.createdAt.getTime(), row.ruleExpiresAt.getTime())).toISOString(),
    sentence: around.sentences.get(sentenceKey(row)) ?? null,
    now: ctx.now.toISOString(),
    decision: decisionOf(ctx, row, onlooker),
  };
}

/** Throws 404. */
export async function readApproval(db: Reader, id: string): Promise<ApprovalRow> {
  const row = await db.approval.findUnique({ where: { id }, include: APPROVAL_PARTS });
  if (!row) throw notFound('approval', id);
  return row;
}

export const bindingOf = (row: Pick<ApprovalRow, 'binding'>): ApprovalBinding => row.binding as unknown as ApprovalBinding;
