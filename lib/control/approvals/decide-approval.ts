import { type ApprovalDifference, differenceSentence } from '@/lib/domain/approval/approval-binding';
import { type ApprovalEvent, type ApprovalState, advance } from '@/lib/domain/approval/approval-state';
import { APPROVAL_DURATIONS, APPROVED_USABLE_MS, type ApprovalDuration } from '@/lib/domain/approval/approval-terms';
import type { ChosenBounds } from '@/lib/domain/approval/argument-scope';
import { change, type RecordChange } from '../change';
import type { ControlContext, Transaction, VerbInput } from '../context';
import { ControlError } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { lockRow } from '../locate';
import { storableText } from '../storable';
import { type ApprovalRow, bindingOf, decisionOf, readApproval, readOnlooker, statusAt } from './approval-answer';
import { boundsOfAll, chosenBounds, sealedScope } from './approval-scope';
import type { ApprovalAnswer, approveApproval as approval, denyApproval as denial, withdrawApproval as withdrawal } from './contract';
import { currentDifferences } from './current-differences';
import { answerOne } from './surround';

/** Yes to exactly what was shown. The last of the votes that are needed lets one waiting or coming call through. */
export async function approveApproval(
  ctx: ControlContext,
  { params, body }: Pick<VerbInput<typeof approval>, 'params' | 'body'>,
): Promise<AnswerOf<typeof approval>> {
  try {
    return await decide(ctx, params.approval, async (tx, record, row) => {
      await requireDecider(tx, ctx, row, body.digest);
      const reuseMs = durationOf(row, body.for);
      const bounds = chosenBounds(ctx, row, body.scope, reuseMs);
      const differences = await currentDifferences(tx, ctx, row);
      if (differences.length > 0) throw new Outdated(differences);
      const next = following(row, { kind: 'approve', by: ctx.actor.id }, ctx.now);
      const vote = { reason: body.reason ?? null, reuseMs, bounds };
      await writeVote(tx, ctx, row, 'approve', vote);
      if (next.status === 'approved') await approveNow(tx, ctx, row, vote);
      await record({
        ...entityOf(row),
        action: 'approval.approve',
        before: { status: row.status, votes: row.votes.length },
        after: {
          ...shownOf(row),
          status: next.status,
          votes: `${next.approvedBy.length} of ${row.votesNeeded}`,
          reuseMs,
          ...(Object.keys(bounds).length === 0 ? {} : { scope: bounds }),
          reason: body.reason ?? null,
        },
      });
    });
  } catch (error) {
    if (!(error instanceof Outdated)) throw error;
    await ctx.prisma.approval.updateMany({
      where: { id: params.approval, status: { in: ['pending', 'approved'] } },
      data: { status: 'stale', differences: error.differences.map((each) => ({ ...each })) },
    });
    const sentences = error.differences.map(differenceSentence);
    throw new ControlError(
      409,
      'approval.stale',
      `It is no longer what was shown, and cannot be approved: ${sentences.join(' ')} The agent asks again when it still needs the call.`,
      sentences.map((message) => ({ path: '/digest', message })),
    );
  }
}

/** No, and why. One is enough, whatever number has to agree. */
export async function denyApproval(
  ctx: ControlContext,
  { params, body }: Pick<VerbInput<typeof denial>, 'params' | 'body'>,
): Promise<AnswerOf<typeof denial>> {
  return decide(ctx, params.approval, async (tx, record, row) => {
    await requireDecider(tx, ctx, row, body.digest);
    const next = following(row, { kind: 'deny', by: ctx.actor.id }, ctx.now);
    await writeVote(tx, ctx, row, 'deny', { reason: body.reason ?? null, reuseMs: 0, bounds: {} });
    await tx.$executeRaw`
      UPDATE approvals SET status = ${next.status}, decided_at = clock_timestamp(), decided_by = ${ctx.actor.name}, decided_reason = ${body.reason ? storableText(body.reason) : null}
      WHERE id = ${row.id}`;
    await record({
      ...entityOf(row),
      action: 'approval.deny',
      before: { status: row.status },
      after: { ...shownOf(row), status: next.status, reason: body.reason ?? null },
    });
  });
}

/** Takes back what waits or was not used yet. It makes nothing possible, so the owner of the agent may, too. */
export async function withdrawApproval(
  ctx: ControlContext,
  { params, body }: VerbInput<typeof withdrawal>,
): Promise<AnswerOf<typeof withdrawal>> {
  return decide(ctx, params.approval, async (tx, record, row) => {
    const exception = await tx.approvalException.findUnique({ where: { approvalId: row.id } });
    const standing = exception !== null && exception.revokedAt === null && exception.expiresAt > ctx.now;
    const open = statusAt(row, ctx.now) === 'pending' || statusAt(row, ctx.now) === 'approved';
    if (!open && !standing) throw over(row, ctx.now);
    if (open) {
      following(row, { kind: 'withdraw' }, ctx.now);
      await tx.approval.update({ where: { id: row.id }, data: { status: 'withdrawn' } });
    }
    if (standing) {
      await tx.$executeRaw`
        UPDATE approval_exceptions SET revoked_at = clock_timestamp(), revoked_by = ${ctx.actor.name}, revoke_reason = ${body.reason ? storableText(body.reason) : null}
        WHERE id = ${exception.id}`;
    }
    await record({
      ...entityOf(row),
      action: 'approval.withdraw',
      before: { status: row.status, exception: standing ? exception.id : null },
      after: { status: open ? 'withdrawn' : row.status, exception: null, reason: body.reason ?? null },
    });
  });
}

class Outdated extends Error {
  constructor(readonly differences: readonly ApprovalDifference[]) {
    super('the call is no longer what was shown');
  }
}

/** Work on a request under its row's lock, which the gateway takes too when it uses an approval. */
async function decide(
  ctx: ControlContext,
  id: string,
  work: (tx: Transaction, record: RecordChange, row: ApprovalRow) => Promise<void>,
): Promise<ApprovalAnswer> {
  await change(ctx, async (tx, record) => {
    // Whoever freezes here must not keep the gateway from its commits.
    await tx.$executeRaw`SET LOCAL idle_in_transaction_session_timeout = '2s'`;
    await lockRow(tx, 'approval', id);
    await work(tx, record, await readApproval(tx, id));
  });
  return answerOne(ctx, id);
}

async function requireDecider(tx: Transaction, ctx: ControlContext, row: ApprovalRow, digest: string | undefined): Promise<void> {
  if (statusAt(row, ctx.now) !== 'pending') throw over(row, ctx.now);
  const { may, why } = decisionOf(ctx, row, await readOnlooker(tx, ctx, [row.agentId]));
  if (!may) throw new ControlError(403, 'approval.not_eligible', why);
  if (digest !== undefined && digest !== row.digest)
    throw new ControlError(409, 'approval.digest', 'This is not the request that you were shown. Read it again, then decide.', [
      { path: '/digest', message: `the request is ${row.digest}` },
    ]);
}

function following(row: ApprovalRow, event: ApprovalEvent, now: Date): ApprovalState {
  const state: ApprovalState = {
    status: statusAt(row, now),
    votesNeeded: row.votesNeeded,
    approvedBy: row.votes.filter(({ vote }) => vote === 'approve').map(({ voterId }) => voterId),
  };
  const next = advance(state, event);
  if (!next.ok) throw over(row, now);
  return next.value;
}

/** Somebody or time was first; said plainly, because it is nobody's mistake. */
export function over(row: ApprovalRow, now: Date): ControlError {
  const status = statusAt(row, now);
  const by = row.decidedBy === null ? '' : ` by ${row.decidedBy}`;
  const when = row.decidedAt === null ? '' : ` at ${row.decidedAt.toISOString()}`;
  const words: Record<typeof status, string> = {
    pending: 'It waits already.',
    approved: `It was already approved${by}${when}.`,
    denied: `It was already denied${by}${when}${row.decidedReason === null ? '.' : `: ${row.decidedReason}`}`,
    expired:
      row.decidedAt === null
        ? 'Its time is over: what nobody approves in time is denied.'
        : `It was approved${by}${when}, but its call did not come in time.`,
    consumed: `It was approved${by}${when}, and its call has been made.`,
    withdrawn: 'It was taken back.',
    stale: 'It is no longer what was shown.',
  };
  return new ControlError(409, 'approval.over', words[status]);
}

/** Milliseconds for which the same arguments stay approved. What can do the most harm is looked at each time, unless the policy says otherwise. */
function durationOf(row: ApprovalRow, duration: ApprovalDuration | undefined): number {
  const policyMs = Number(row.reuseMs);
  if (duration === undefined) return policyMs;
  const ms = APPROVAL_DURATIONS[duration];
  if (ms <= policyMs || row.risk !== 'critical') return ms;
  const longest = policyMs === 0 ? 'one call at a time' : `for at most ${policyMs / 60_000} minutes`;
  throw new ControlError(
    422,
    'approval.duration',
    `A critical call is approved ${longest}, as the rule says. Approve once, or change its \`reuse\`.`,
    [{ path: '/for', message: `the policy says: ${longest}` }],
  );
}

/** What one person says: why, for how long, and which arguments may differ. */
interface Vote {
  readonly reason: string | null;
  readonly reuseMs: number;
  readonly bounds: ChosenBounds;
}

async function writeVote(
  tx: Transaction,
  ctx: ControlContext,
  row: ApprovalRow,
  vote: 'approve' | 'deny',
  { reason, reuseMs, bounds }: Vote,
): Promise<void> {
  const { actor } = ctx;
  const user = actor.kind === 'user' ? await tx.user.findUnique({ where: { id: actor.id }, select: { email: true } }) : null;
  await tx.$executeRaw`
    INSERT INTO approval_votes (approval_id, voter_id, voter_kind, voter_name, voter_email, vote, reason, reuse_ms, scope, digest)
    VALUES (${row.id}, ${actor.id}, ${actor.kind}, ${actor.name}, ${user?.email ?? null}, ${vote}, ${reason === null ? null : storableText(reason)},
      ${reuseMs}::bigint, ${JSON.stringify(bounds)}::jsonb, ${row.digest})`;
}

/** By the database's clock. Of several people the one who allows the shortest time, and the least, decides how long it stands for what. */
async function approveNow(tx: Transaction, ctx: ControlContext, row: ApprovalRow, own: Vote): Promise<void> {
  const earlier = row.votes.map((vote) => Number(vote.reuseMs));
  const standsMs = Math.min(own.reuseMs, ...earlier);
  const by = [...row.votes.map(({ voterName }) => voterName), ctx.actor.name].join(' and ');
  await tx.$executeRaw`
    UPDATE approvals SET status = 'approved', decided_at = clock_timestamp(), decided_by = ${by},
      usable_until = clock_timestamp() + ${APPROVED_USABLE_MS}::float8 * interval '1 millisecond'
    WHERE id = ${row.id}`;
  if (standsMs <= 0) return;
  const id = ctx.services.newId('exc');
  const scope = sealedScope(ctx, row, id, boundsOfAll(row, own.bounds));
  const said = [...row.votes.map(({ reason }) => reason), own.reason].filter((reason) => reason !== null && reason !== '');
  const reason = said.length === 0 ? null : storableText(said.join(' · '));
  await tx.$executeRaw`
    INSERT INTO approval_exceptions (id, approval_id, digest, scope_digest, scope_envelope, agent_id, agent_slug, server_id, server_slug, policy_slug,
      tool, inner_tool, risk, reason, created_by, expires_at)
    VALUES (${id}, ${row.id}, ${row.digest}, ${scope.digest}, ${scope.envelope}, ${row.agentId}, ${row.agentSlug}, ${row.serverId}, ${row.serverSlug},
      ${row.policySlug}, ${row.tool}, ${row.innerTool}, ${row.risk}, ${reason}, ${by}, clock_timestamp() + ${standsMs}::float8 * interval '1 millisecond')`;
}

const entityOf = (row: ApprovalRow) => ({ entity: 'approval', entityId: row.id, entityName: `${row.serverSlug}/${row.tool}` });

/** What the person saw, for the trail: the digest of all of it, and the digest of the arguments as in the audit events. */
const shownOf = (row: ApprovalRow) => ({ digest: row.digest, arguments: bindingOf(row).arguments, agent: row.agentSlug, rule: row.rule });
