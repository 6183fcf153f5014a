import type { RecordChange } from '../change';
import type { ControlContext, Transaction } from '../context';
import { assessText } from '../policies/assess-text';
import { createVersion } from '../policies/create-version';
import { liveTextOf } from '../policies/live-text';
import type { PolicyRow } from '../policies/policy-answer';
import { requireExpected, requirePublishable } from '../policies/policy-guards';
import type { Forecast } from '../policies/simulation-forecast';
import { catalogueOf } from '../tools/catalogue';
import type { PublicationRow } from './publication-answer';

/**
 * Turns what waited into a version, checked again as if it were asked now: the version it was based on, compile, tests.
 * Under the policy's row lock. Throws ControlError when it may no longer be published.
 */
export async function publishWaiting(
  tx: Transaction,
  ctx: Pick<ControlContext, 'now' | 'services'>,
  record: RecordChange,
  facts: {
    readonly policy: PolicyRow;
    readonly server: { readonly id: string; readonly slug: string };
    readonly publication: PublicationRow;
    readonly approvedBy: string | null;
  },
): Promise<number> {
  const { policy, server, publication, approvedBy } = facts;
  requireExpected(publication.baseVersion ?? 0, policy.liveVersion);
  const live = await liveTextOf(tx, policy);
  const assessment = assessText(publication.text, live, { catalogue: await catalogueOf(tx, server.id), server, now: ctx.now });
  requirePublishable(assessment);
  const { version } = await createVersion(tx, ctx, record, {
    policy,
    serverSlug: server.slug,
    text: publication.text,
    compiled: assessment.compiled,
    comment: publication.comment,
    restoredFrom: publication.restoredFrom,
    forecast: publication.forecast as Forecast | null,
    draftSha256: publication.draftSha256,
    publishedBy: publication.requestedBy,
    publication: { id: publication.id, approvedBy },
  });
  await tx.publication.update({
    where: { id: publication.id },
    data: {
      status: 'published',
      version,
      approvedBy,
      closedAt: ctx.now,
      ...(approvedBy === null ? {} : { approvedAt: publication.approvedAt ?? ctx.now }),
    },
  });
  return version;
}
