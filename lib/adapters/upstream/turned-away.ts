import type { UpstreamTarget } from '@/lib/gateway/upstream-port';
import { ownerOf } from './channel-keys';

/** A server may be renewed without its settings being touched: after this time it is asked again. */
const REMEMBERED_MS = 300_000;

/** Which stdio servers did not speak the stateless revision when they were asked, so that not every client starts a process for it. */
export class TurnedAway {
  private readonly until = new Map<string, { readonly revision: string; readonly untilMs: number }>();

  has(target: UpstreamTarget): boolean {
    const known = this.until.get(ownerOf(target));
    return known !== undefined && known.revision === target.revision && known.untilMs > performance.now();
  }

  note(target: UpstreamTarget): void {
    this.until.set(ownerOf(target), { revision: target.revision, untilMs: performance.now() + REMEMBERED_MS });
  }

  forget(serverId: string): void {
    for (const owner of this.until.keys()) if (owner.split('\n')[0] === serverId) this.until.delete(owner);
  }
}
