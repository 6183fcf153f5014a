import { killOf } from '@/lib/domain/kill-switch';
import { checkGrant } from '../stages/check-grant';
import { presentGrant } from '../stages/present-grant';
import type { AggregateContext, AggregateStream } from './aggregate-call';
import { type Reached, reachKey, reachOf } from './reach';

interface Watcher {
  /** The agent reaches other servers now, or by other grants. */
  changed(reached: readonly Reached[]): void;
  /** The credential is good for nothing any more, or a kill switch stops the agent. */
  ended(): void;
}

/** What the agent reaches is looked at again with each new configuration, and as often besides, since grants end by the clock. */
const LOOK_EVERY_MS = 15_000;

/** Follows what an open stream may be about. Returns how to stop. */
export function watchReach({ facts, reached }: AggregateStream, { ports }: AggregateContext, watcher: Watcher): () => void {
  let key = reachKey(reached);
  const look = (): void => {
    const snapshot = ports.snapshots.current();
    if (snapshot === null) return;
    const now = ports.clock.nowMs();
    const presented = presentGrant(facts, snapshot, now);
    const good = presented.ok && checkGrant(presented.value, now) === null;
    if (!good || killOf(snapshot.kills, { agentId: presented.value.agent.id, serverId: '', tools: [] }) !== null) {
      watcher.ended();
      return;
    }
    const next = reachOf(presented.value, snapshot, now);
    const nextKey = reachKey(next);
    if (nextKey === key) return;
    key = nextKey;
    watcher.changed(next);
  };
  const forget = ports.snapshots.onChange(look);
  const timer = setInterval(look, LOOK_EVERY_MS);
  (timer as { unref?: () => void }).unref?.();
  return () => {
    forget();
    clearInterval(timer);
  };
}

export const CHANGES = [
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
] as const;
