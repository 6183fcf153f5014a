import type { PolicyDetail, Publication } from '@/components/shared/api/wire';

export interface ClosedNotice {
  readonly what: string;
  readonly because: string | null;
  readonly at: string;
}

type Closed = Pick<Publication, 'status' | 'requestedBy' | 'closedBy' | 'closedAt' | 'closedBecause'>;

/**
 * What has to be said of a policy's latest publication when it did not go live: who refused it and why, or why it failed. null once
 * somebody acted on it, by a later draft or another version.
 */
export function closedNotice(policy: Pick<PolicyDetail, 'live' | 'draftUpdatedAt'>, latest: Closed | undefined): ClosedNotice | null {
  if (!latest || latest.closedAt === null) return null;
  const at = Date.parse(latest.closedAt);
  const after = (time: string | null | undefined) => time != null && Date.parse(time) > at;
  if (after(policy.draftUpdatedAt) || after(policy.live?.publishedAt)) return null;
  const asked = `The publication that ${latest.requestedBy.name} asked for`;
  const told = { because: latest.closedBecause, at: latest.closedAt };
  switch (latest.status) {
    case 'rejected':
      return { what: `${asked} was refused by ${latest.closedBy ?? 'a second person'}.`, ...told };
    case 'failed':
      return { what: `${asked} did not go live.`, ...told };
    case 'outdated':
      return { what: `${asked} is taken back.`, ...told };
    default:
      return null;
  }
}
