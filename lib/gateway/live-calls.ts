import { type EngagedKill, type KillSubject, killOf } from '@/lib/domain/kill-switch';
import type { GatewayPorts } from './ports';
import type { Snapshot } from './snapshot-port';
import type { Identified } from './stages/identify';

/** Something that runs or waits on this node and can be stopped. */
export interface LiveCall {
  readonly subject: KillSubject;
  /** Called once, when a kill switch that matches the subject is engaged. Must not throw. */
  stop(kill: EngagedKill): void;
}

/** What runs or waits on this node: requests at upstreams, open streams and calls that wait for a person. */
export class LiveCalls {
  private readonly calls = new Set<LiveCall>();

  get size(): number {
    return this.calls.size;
  }

  /** Returns how to forget it when it has ended. */
  add(call: LiveCall): () => void {
    this.calls.add(call);
    return () => this.calls.delete(call);
  }

  /** Stops what the kill switches of a new state stop. */
  stopKilled({ kills }: Snapshot): void {
    if (kills.length === 0) return;
    for (const call of [...this.calls]) {
      const kill = killOf(kills, call.subject);
      if (kill === null || !this.calls.delete(call)) continue;
      call.stop(kill);
    }
  }
}

/** What a request would use. Every tool it would run counts, those behind dispatchers as well. */
export function subjectOf({ grant, server, decision, message }: Identified): KillSubject {
  const called = message?.method === 'tools/call' ? message.params?.name : undefined;
  const tools = typeof called === 'string' ? [called, ...(decision?.tools ?? [])] : [];
  return { agentId: grant.agent.id, serverId: server?.id ?? '', tools };
}

/** The kill switch that stops this request by the newest state of this node, not by the one it was decided under. */
export function killNow(call: Identified, { ports }: { readonly ports: GatewayPorts }): EngagedKill | null {
  const { kills } = ports.snapshots.current() ?? call.snapshot;
  return kills.length === 0 ? null : killOf(kills, subjectOf(call));
}
