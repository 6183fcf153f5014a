import type { RecordChange } from '../change';
import type { ControlContext, Transaction } from '../context';
import type { PublicationStatus } from './contract';

/** What waits is in one of these. */
export const OPEN_STATUSES = ['awaiting_review', 'scheduled'] as const satisfies readonly PublicationStatus[];

interface Closing {
  /** Closes only what waits in this state; everything that waits when left out. */
  readonly only?: 'awaiting_review';
  /** Not this one. */
  readonly except: string | null;
  readonly status: Exclude<PublicationStatus, (typeof OPEN_STATUSES)[number] | 'published'>;
  readonly because: string;
  readonly by?: string;
}

/** Ends what waits for a policy, when something does; under the policy's row lock, in the caller's transaction. */
export async function closeOpenPublication(
  tx: Transaction,
  ctx: Pick<ControlContext, 'now'>,
  record: RecordChange,
  policy: { readonly id: string; readonly slug: string },
  serverSlug: string,
  closing: Closing,
): Promise<void> {
  const open = await tx.publication.findFirst({
    where: {
      policyId: policy.id,
      status: { in: closing.only ? [closing.only] : [...OPEN_STATUSES] },
      ...(closing.except ? { id: { not: closing.except } } : {}),
    },
    select: { id: true, status: true },
  });
  if (!open) return;
  await tx.publication.update({
    where: { id: open.id },
    data: { status: closing.status, closedAt: ctx.now, closedBy: closing.by ?? null, closedBecause: closing.because },
  });
  await record({
    action: `publication.${closing.status}`,
    entity: 'publication',
    entityId: open.id,
    entityName: `${serverSlug}/${policy.slug}`,
    before: { status: open.status },
    after: { status: closing.status, because: closing.because },
  });
}
