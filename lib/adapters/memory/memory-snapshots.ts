import type { ActiveRestriction } from '@/lib/domain/anomaly/agent-restriction';
import type { JwtIssuer } from '@/lib/domain/jwt/jwt-issuer';
import type { EngagedKill } from '@/lib/domain/kill-switch';
import type { GrantView, ServerView, Snapshot, Snapshots } from '@/lib/gateway/snapshot-port';

/** Snapshots from plain lists; `lease = false` is a node that cannot confirm its state. Grants are found by the hash given with them. */
export class MemorySnapshots implements Snapshots {
  lease = true;
  private version = 1;
  private readonly grants = new Map<string, GrantView>();
  private readonly servers = new Map<string, ServerView>();
  private readonly listeners = new Set<(snapshot: Snapshot) => void>();
  private kills: readonly EngagedKill[] = [];
  private issuers: readonly JwtIssuer[] = [];
  private restrictions: readonly ActiveRestriction[] = [];

  current(): Snapshot | null {
    if (!this.lease) return null;
    const { version, grants, kills, issuers, restrictions } = this;
    const servers = [...this.servers.values()];
    return {
      version,
      kills,
      issuers,
      restrictions,
      repeatSettings: [],
      grantByTokenHash: (hash) => grants.get(hash),
      agentBySlug: (slug) => [...grants.values()].find(({ agent }) => agent.slug === slug)?.agent,
      grantsFor: (agentId, serverId) =>
        [...grants.values()].filter((grant) => grant.agent.id === agentId && grant.serverId === serverId).reverse(),
      grantsOf: (agentId) => [...grants.values()].filter((grant) => grant.agent.id === agentId).reverse(),
      serverBySlug: (slug) => servers.find((server) => server.slug === slug),
      serverById: (id) => this.servers.get(id),
    };
  }

  async latest(): Promise<Snapshot | null> {
    return this.current();
  }

  putGrant(hash: string, grant: GrantView): void {
    this.grants.set(hash, grant);
    this.changed();
  }

  putServer(server: ServerView): void {
    this.servers.set(server.id, server);
    this.changed();
  }

  onChange(listener: (snapshot: Snapshot) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The kill switches that are engaged from now on, in place of those before. */
  setKills(kills: readonly EngagedKill[]): void {
    this.kills = kills;
    this.changed();
  }

  /** Whose JWTs are believed from now on, in place of those before. */
  setIssuers(issuers: readonly JwtIssuer[]): void {
    this.issuers = issuers;
    this.changed();
  }

  /** What anomalies have put on agents from now on, in place of what was before. */
  setRestrictions(restrictions: readonly ActiveRestriction[]): void {
    this.restrictions = restrictions;
    this.changed();
  }

  private changed(): void {
    this.version++;
    const snapshot = this.current();
    if (snapshot !== null) for (const listener of [...this.listeners]) listener(snapshot);
  }
}
