import type pg from 'pg';
import type { GatewayLog } from '@/lib/gateway/ports';
import type { PostgresSnapshots } from './snapshots';

export interface NodeFacts {
  readonly id: string;
  /** Host and port: what an operator recognises. A node that starts takes the place of a silent one of its name. */
  readonly name: string;
  readonly kind: 'app' | 'gateway';
}

const BEAT_MS = 3_000;
/** A node that died is shown for this long; one that stopped is gone at once. */
const FORGET_SQL = `DELETE FROM nodes WHERE seen_at < clock_timestamp() - interval '24 hours' OR (name = $1 AND id <> $2 AND seen_at < clock_timestamp() - interval '10 seconds')`;
const BEAT_SQL = `INSERT INTO nodes (id, name, kind, started_at, seen_at, config_version, config_at, policies)
  VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000), clock_timestamp(), $5, to_timestamp($6::float8 / 1000), $7)
  ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, config_version = excluded.config_version, config_at = excluded.config_at,
    policies = CASE WHEN nodes.config_version = excluded.config_version THEN nodes.policies ELSE excluded.policies END`;

/**
 * Tells the database which versions this process decides by: at each change of the configuration and every 3 s as a sign of life,
 * from its own timer. Calls never wait for it, and a beat that fails is left to the next one.
 */
export class NodeHeartbeat {
  readonly #since = new Map<string, readonly [version: number, sinceMs: number]>();
  readonly #startedMs: number;
  #configAtMs = 0;
  #configVersion = -1;
  #timer: NodeJS.Timeout | null = null;
  #beating: Promise<void> | null = null;
  #again = false;
  #closed = false;
  #failing = false;
  readonly #forget: () => void;

  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    private readonly snapshots: Pick<PostgresSnapshots, 'current' | 'onChange' | 'enforced' | 'clock'>,
    private readonly node: NodeFacts,
    private readonly log: GatewayLog,
  ) {
    this.#startedMs = snapshots.clock.nowMs();
    this.#forget = snapshots.onChange(() => void this.beat());
  }

  /** The first report. */
  async start(): Promise<void> {
    await this.pool.query(FORGET_SQL, [this.node.name, this.node.id]).catch(() => undefined);
    await this.beat();
  }

  /** Reports now; while one report is under way, one more follows it. Never rejects. */
  beat(): Promise<void> {
    if (this.#beating) {
      this.#again = true;
      return this.#beating;
    }
    this.#beating = this.#report().finally(() => {
      this.#beating = null;
      this.#plan();
      if (this.#again) {
        this.#again = false;
        void this.beat();
      }
    });
    return this.#beating;
  }

  /** Takes the node off the list. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#forget();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#beating;
    await this.pool.query('DELETE FROM nodes WHERE id = $1', [this.node.id]).catch(() => undefined);
  }

  async #report(): Promise<void> {
    if (this.#closed) return;
    const snapshot = this.snapshots.current();
    // A node that cannot confirm its configuration refuses every call: it enforces nothing and says nothing.
    if (!snapshot) return;
    const nowMs = this.snapshots.clock.nowMs();
    if (snapshot.version !== this.#configVersion) {
      this.#configVersion = snapshot.version;
      this.#configAtMs = nowMs;
      this.#observe(this.snapshots.enforced(), nowMs);
    }
    try {
      await this.pool.query(BEAT_SQL, [
        this.node.id,
        this.node.name,
        this.node.kind,
        this.#startedMs,
        this.#configVersion,
        this.#configAtMs,
        JSON.stringify(Object.fromEntries(this.#since)),
      ]);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.log.warn('This node could not report what it enforces.', { error: (error as Error).message });
      this.#failing = true;
    }
  }

  #observe(enforced: ReadonlyMap<string, number>, nowMs: number): void {
    for (const id of this.#since.keys()) if (!enforced.has(id)) this.#since.delete(id);
    for (const [id, version] of enforced) if (this.#since.get(id)?.[0] !== version) this.#since.set(id, [version, nowMs]);
  }

  #plan(): void {
    if (this.#closed) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.beat(), BEAT_MS);
    this.#timer.unref?.();
  }
}
