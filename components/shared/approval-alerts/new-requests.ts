import type { ApprovalSummary } from '../api/wire';

export type WaitingRequest = ApprovalSummary['newest'][number];

/** Remembers which requests this page has told of. What waits when the page opens is on the badge, and is no news. */
export class SeenRequests {
  #seen: Set<string> | null = null;

  /** Those that were not there before, newest first. */
  take(newest: readonly WaitingRequest[]): WaitingRequest[] {
    const before = this.#seen;
    this.#seen = new Set([...(before ?? []), ...newest.map(({ id }) => id)]);
    return before === null ? [] : newest.filter(({ id }) => !before.has(id));
  }
}

const TOLD_KEY = 'callgate.approvals-told';
const TOLD_MAX = 50;

/** true for the first page of this browser that asks for a request: several open pages make one sound. */
export function firstToTell(id: string, storage: Pick<Storage, 'getItem' | 'setItem'>): boolean {
  const told = (storage.getItem(TOLD_KEY) ?? '').split(' ').filter((each) => each !== '');
  if (told.includes(id)) return false;
  storage.setItem(TOLD_KEY, [...told, id].slice(-TOLD_MAX).join(' '));
  return true;
}
