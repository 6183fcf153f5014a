import { sha256Hex } from '@/lib/kernel/digest';
import type { RecordChange } from '../change';
import type { ControlContext, Transaction } from '../context';
import { endChangedRaises } from '../limits/end-raises';
import { closeOpenPublication } from '../publications/close-publication';
import type { Assessment } from './assess-text';
import { liveTextOf } from './live-text';
import type { PolicyRow } from './policy-answer';
import type { Forecast } from './simulation-forecast';

export interface NewVersion {
  readonly policy: PolicyRow;
  readonly serverSlug: string;
  readonly text: string;
  readonly compiled: NonNullable<Assessment['compiled']>;
  readonly comment: string | null;
  readonly restoredFrom: number | null;
  readonly forecast: Forecast | null;
  /** The draft is used up when it still is this text. */
  readonly draftSha256: string | null;
  readonly publishedBy: string;
  /** What waited before, when something did. */
  readonly publication: { readonly id: string; readonly approvedBy: string | null } | null;
}

/** Makes the next version and lets it live, under the policy's row lock, in the caller's transaction. */
export async function createVersion(
  tx: Transaction,
  ctx: Pick<ControlContext, 'now' | 'services'>,
  record: RecordChange,
  facts: NewVersion,
): Promise<{ version: number; digest: string }> {
  const { policy, compiled, text, comment, restoredFrom } = facts;
  const newest = await tx.policyVersion.aggregate({ where: { policyId: policy.id }, _max: { version: true } });
  const version = (newest._max.version ?? 0) + 1;
  const digest = sha256Hex(text);
  const before = await liveTextOf(tx, policy);
  await tx.policyVersion.create({
    data: {
      id: ctx.services.newId('pver'),
      policyId: policy.id,
      version,
      text,
      textSha256: digest,
      compiled: compiled.canonical,
      compiledSha256: compiled.sha256,
      comment,
      restoredFrom,
      publishedBy: facts.publishedBy,
      approvedBy: facts.publication?.approvedBy ?? null,
      publication: facts.publication?.id ?? null,
      ...(facts.forecast === null ? {} : { forecast: { ...facts.forecast } }),
      publishedAt: ctx.now,
    },
  });
  const usedUp = facts.draftSha256 !== null && policy.draftText !== null && sha256Hex(policy.draftText) === facts.draftSha256;
  const draft = usedUp
    ? { draftText: null, draftBaseVersion: null, draftUpdatedAt: ctx.now, draftUpdatedBy: facts.publishedBy, draftEditors: [] }
    : {};
  await tx.policy.update({ where: { id: policy.id }, data: { liveVersion: version, ...draft } });
  await record({
    action: restoredFrom === null ? 'policy.publish' : 'policy.restore',
    entity: 'policy',
    entityId: policy.id,
    entityName: `${facts.serverSlug}/${policy.slug}`,
    before: { liveVersion: policy.liveVersion },
    after: {
      liveVersion: version,
      textSha256: digest,
      compiledSha256: compiled.sha256,
      comment,
      restoredFrom,
      ...(facts.publication ? { publication: facts.publication.id, approvedBy: facts.publication.approvedBy } : {}),
    },
  });
  await endChangedRaises(tx, record, { policyId: policy.id, before, after: text, version, by: facts.publishedBy });
  await closeOpenPublication(tx, ctx, record, policy, facts.serverSlug, {
    except: facts.publication?.id ?? null,
    status: 'failed',
    because: `Version ${version} went live meanwhile, published by ${facts.publishedBy}. Look at what changed and publish again.`,
  });
  return { version, digest };
}
