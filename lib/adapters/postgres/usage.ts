import type pg from 'pg';
import type { GatewayLog } from '@/lib/gateway/ports';
import { safeTextOrNull } from './safe-text';

const WRITE_EVERY_MS = 30_000;
const FLUSH_MS = 250;
const GRANTS_MAX = 50_000;

interface Use {
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly ip: string | null;
}

/**
 * When each grant was last used, by which client and from where. Written at most every 30 s for a grant (at once when
 * the client changes), several grants in one statement, never on a call's path. A write that fails is forgotten.
 */
export class GrantUsage {
  readonly #written = new Map<string, { atMs: number; client: string }>();
  #waiting = new Map<string, Use>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly pool: pg.Pool,
    private readonly log: GatewayLog,
  ) {}

  /** Returns at once and never throws. */
  recordUsage(grantId: string, client: Use['client'], ip: string | null): void {
    const nowMs = performance.now();
    const before = this.#written.get(grantId);
    // A request that does not say who sends it is taken for the client that was there last.
    const label = client ? `${client.name}\n${client.version}` : (before?.client ?? '');
    if (before && nowMs - before.atMs < WRITE_EVERY_MS && before.client === label) return;
    if (this.#written.size >= GRANTS_MAX) this.#written.clear();
    this.#written.set(grantId, { atMs: nowMs, client: label });
    this.#waiting.set(grantId, { client: client ?? this.#waiting.get(grantId)?.client ?? null, ip });
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Writes what is waiting; for the end of the process too. Never rejects. */
  async flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const uses = [...this.#waiting];
    this.#waiting = new Map();
    if (uses.length === 0) return;
    try {
      await this.pool.query(UPSERT, [
        uses.map(([grant]) => grant),
        uses.map(([, use]) => safeTextOrNull(use.client?.name, 200)),
        uses.map(([, use]) => safeTextOrNull(use.client?.version, 200)),
        uses.map(([, use]) => safeTextOrNull(use.ip, 100)),
      ]);
    } catch (error) {
      this.log.warn('the last use of grants could not be written', { grants: uses.length, error: (error as Error).message });
    }
  }
}

/** Joined with `grants`, because a grant may be deleted between its call and this write. */
const UPSERT = `
  INSERT INTO grant_usage (grant_id, last_used_at, client_name, client_version, source_ip)
  SELECT g.id, clock_timestamp(), u.name, u.version, u.ip
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u(grant_id, name, version, ip) JOIN grants g ON g.id = u.grant_id
  ORDER BY g.id
  ON CONFLICT (grant_id) DO UPDATE SET last_used_at = excluded.last_used_at, source_ip = excluded.source_ip,
    client_name = coalesce(excluded.client_name, grant_usage.client_name), client_version = coalesce(excluded.client_version, grant_usage.client_version)`;
