import { sha256Hex } from '@/lib/kernel/digest';
import { change, type RecordChange } from '../change';
import type { ControlContext, Transaction } from '../context';
import { ControlError, isUniqueViolation } from '../control-error';
import type { AnswerOf } from '../define-contract';
import { requireMatch } from '../etag';
import { locatePolicy, locateServer, lockRow } from '../locate';
import { OPEN_STATUSES } from '../publications/close-publication';
import { readPublication } from '../publications/publication-answer';
import { requestPublication } from '../publications/request-publication';
import { catalogueOf } from '../tools/catalogue';
import { assessText } from './assess-text';
import type { ChosenText } from './chosen-text';
import type { publishPolicy } from './contract';
import { createVersion } from './create-version';
import { liveTextOf } from './live-text';
import { type PolicyRow, policyEtag } from './policy-answer';
import { requireExpected, requirePublishable, requireUnmanaged, secondPersonBecause } from './policy-guards';
import { forecastFor } from './simulation-forecast';

export interface PublishRequest {
  readonly comment?: string | undefined;
  readonly expectedVersion?: number | null | undefined;
  readonly mode?: 'enforce' | 'observe' | undefined;
  readonly at?: string | undefined;
  readonly simulation?: string | undefined;
}

export type ChooseText = (tx: Transaction, row: PolicyRow) => Promise<ChosenText>;

type Published = AnswerOf<typeof publishPolicy>;

/** A clock that is a little behind the caller's is no reason to refuse: such a time means now. */
const PAST_MS_MAX = 60_000;
const AHEAD_MS_MAX = 366 * 86_400_000;

/**
 * The one way to a new version, for publishing and restoring alike: compare-and-set, compile, tests, then live at once or
 * waiting for its time or a second person. All of it under the policy's row lock, in one transaction with its change records.
 */
export async function publishText(
  ctx: ControlContext,
  params: { server: string; policy: string },
  body: PublishRequest,
  ifMatch: string | null,
  choose: ChooseText,
): Promise<Published> {
  const server = await locateServer(ctx.prisma, params.server);
  const { id, slug } = await locatePolicy(ctx.prisma, server.id, params.policy);
  const dueAt = dueTime(body.at, ctx.now);
  try {
    const answer = await change(ctx, async (tx, record) => {
      await lockRow(tx, 'policy', id);
      const row = await tx.policy.findUniqueOrThrow({ where: { id } });
      requireExpected(body.expectedVersion, row.liveVersion);
      requireMatch(ifMatch, policyEtag(row), 'policy');
      requireUnmanaged(ctx, row);
      return publishLocked(tx, ctx, record, { server, row, chosen: await choose(tx, row), body, dueAt });
    });
    ctx.services.events.publish('policy', {
      action: answer.status,
      server: server.slug,
      policy: slug,
      ...(answer.status === 'published' ? { version: answer.version } : { publication: answer.publication.id }),
    });
    return answer;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ControlError(
      409,
      'policy.version_conflict',
      'Another version was published at the same moment. Read the policy again and decide whether to publish over it.',
    );
  }
}

interface Locked {
  readonly server: { readonly id: string; readonly slug: string };
  readonly row: PolicyRow;
  readonly chosen: ChosenText;
  readonly body: PublishRequest;
  readonly dueAt: Date | null;
}

async function publishLocked(tx: Transaction, ctx: ControlContext, record: RecordChange, facts: Locked): Promise<Published> {
  const { server, row, chosen, body, dueAt } = facts;
  // A roll back must not wait for what waits; everything else would contradict it.
  if (chosen.restoredFrom === null) await requireNothingWaits(tx, row.id);
  const live = await liveTextOf(tx, row);
  const assessment = assessText(chosen.text, live, { catalogue: await catalogueOf(tx, server.id), server, now: ctx.now });
  requirePublishable(assessment);
  const digest = sha256Hex(chosen.text);
  const digests = chosen.draftSha256 === null ? [digest] : [digest, chosen.draftSha256];
  const forecast = await forecastFor(tx, row.id, digests, body.simulation);
  const because = secondPersonBecause(row.secondPerson, assessment);
  const comment = body.comment ?? null;
  if (because !== null || dueAt !== null) {
    const id = await requestPublication(tx, ctx, record, {
      server,
      policy: row,
      chosen,
      assessment,
      digest,
      comment,
      mode: body.mode ?? null,
      dueAt,
      forecast,
      needsApproval: because !== null,
    });
    return { status: because === null ? 'scheduled' : 'awaiting_review', publication: await readPublication(tx, ctx, id) };
  }
  const { compiled, problems } = assessment;
  const made = await createVersion(tx, ctx, record, {
    policy: row,
    serverSlug: server.slug,
    text: chosen.text,
    compiled,
    comment,
    restoredFrom: chosen.restoredFrom,
    forecast,
    draftSha256: chosen.draftSha256,
    publishedBy: ctx.actor.name,
    publication: null,
  });
  return { status: 'published', ...made, publishedAt: ctx.now.toISOString(), problems };
}

async function requireNothingWaits(tx: Transaction, policyId: string): Promise<void> {
  const open = await tx.publication.findFirst({ where: { policyId, status: { in: [...OPEN_STATUSES] } } });
  if (!open) return;
  const what = open.status === 'scheduled' ? `is scheduled for ${open.dueAt?.toISOString() ?? 'later'}` : 'waits for a second person';
  throw new ControlError(
    409,
    'publication.waiting',
    `A publication by ${open.requestedBy} ${what}. Decide or withdraw it first; two that wait would contradict each other.`,
    [{ path: '', message: open.id }],
  );
}

function dueTime(at: string | undefined, now: Date): Date | null {
  if (at === undefined) return null;
  const due = new Date(at);
  const refuse = (message: string) =>
    new ControlError(422, 'publication.time', message, [{ path: '/at', message: 'not a time to wait for' }]);
  if (due.getTime() < now.getTime() - PAST_MS_MAX)
    throw refuse(`${due.toISOString()} has passed. Choose a later time, or leave it out to publish at once.`);
  if (due.getTime() > now.getTime() + AHEAD_MS_MAX) throw refuse('Choose a time within a year from now.');
  return due <= now ? null : due;
}
