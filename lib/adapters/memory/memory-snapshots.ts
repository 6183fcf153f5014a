import type { GrantView, ServerView, Snapshot, Snapshots } from '@/lib/gateway/ports';

/** Snapshots from plain lists; `lease = false` is a node that cannot confirm its state. Grants are found by the hash given with them. */
export class MemorySnapshots implements Snapshots {
  lease = true;
  private version = 1;
  private readonly grants = new Map<string, GrantView>();
  private readonly servers = new Map<string, ServerView>();

  current(): Snapshot | null {
    if (!this.lease) return null;
    const { version, grants } = this;
    const servers = [...this.servers.values()];
    return {
      version,
      grantByTokenHash: (hash) => grants.get(hash),
      serverBySlug: (slug) => servers.find((server) => server.slug === slug),
      serverById: (id) => this.servers.get(id),
    };
  }

  async latest(): Promise<Snapshot | null> {
    return this.current();
  }

  putGrant(hash: string, grant: GrantView): void {
    this.grants.set(hash, grant);
    this.version++;
  }

  putServer(server: ServerView): void {
    this.servers.set(server.id, server);
    this.version++;
  }
}
