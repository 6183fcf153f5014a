import type pg from 'pg';
import { CONNECTION_STEPS, type ConnectionStep, stepOf } from '@/lib/domain/connection-step';
import type { GatewayLog } from '@/lib/gateway/ports';
import { safeTextOrNull } from './safe-text';

const WRITE_EVERY_MS = 30_000;
/** Whoever follows a connection sees the steps of a client that connects again. */
const STEP_EVERY_MS = 5_000;
const FLUSH_MS = 250;
const GRANTS_MAX = 50_000;

interface Use {
  readonly client: { readonly name: string; readonly version: string } | null;
  readonly ip: string | null;
  readonly steps: ReadonlySet<ConnectionStep>;
}

interface Written {
  readonly atMs: number;
  readonly client: string;
  /** When each step was last written. */
  readonly steps: Map<ConnectionStep, number>;
}

/**
 * When each grant was last used, by which client, from where, and how far that client came. Written at most every 30 s for
 * a grant (at once when the client changes or gets further, its steps every 5 s), several grants in one statement, never on a call's path. A
 * write that fails is forgotten.
 */
export class GrantUsage {
  readonly #written = new Map<string, Written>();
  #waiting = new Map<string, Use>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly pool: pg.Pool,
    private readonly log: GatewayLog,
  ) {}

  /** Returns at once and never throws. */
  recordUsage(grantId: string, client: Use['client'], ip: string | null, method: string): void {
    const nowMs = performance.now();
    const before = this.#written.get(grantId);
    const step = stepOf(method);
    // A request that does not say who sends it is taken for the client that was there last.
    const label = client ? `${client.name}\n${client.version}` : (before?.client ?? '');
    const fresh = before !== undefined && nowMs - before.atMs < WRITE_EVERY_MS && before.client === label;
    if (fresh && (step === null || nowMs - (before.steps.get(step) ?? Number.NEGATIVE_INFINITY) < STEP_EVERY_MS)) return;
    if (this.#written.size >= GRANTS_MAX) this.#written.clear();
    const steps = fresh ? before.steps : new Map<ConnectionStep, number>();
    if (step !== null) steps.set(step, nowMs);
    this.#written.set(grantId, { atMs: fresh ? before.atMs : nowMs, client: label, steps });
    const waiting = this.#waiting.get(grantId);
    this.#waiting.set(grantId, {
      client: client ?? waiting?.client ?? null,
      ip,
      steps: new Set([...(waiting?.steps ?? []), ...(step === null ? [] : [step])]),
    });
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
        ...CONNECTION_STEPS.map((step) => uses.map(([, use]) => use.steps.has(step))),
      ]);
    } catch (error) {
      this.log.warn('the last use of grants could not be written', { grants: uses.length, error: (error as Error).message });
    }
  }
}

/** Joined with `grants`, because a grant may be deleted between its call and this write. */
const UPSERT = `
  INSERT INTO grant_usage (grant_id, last_used_at, client_name, client_version, source_ip, introduced_at, listed_at, called_at)
  SELECT g.id, clock_timestamp(), u.name, u.version, u.ip, CASE WHEN u.introduced THEN clock_timestamp() END,
         CASE WHEN u.listed THEN clock_timestamp() END, CASE WHEN u.called THEN clock_timestamp() END
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bool[], $6::bool[], $7::bool[])
       AS u(grant_id, name, version, ip, introduced, listed, called) JOIN grants g ON g.id = u.grant_id
  ORDER BY g.id
  ON CONFLICT (grant_id) DO UPDATE SET last_used_at = excluded.last_used_at, source_ip = excluded.source_ip,
    client_name = coalesce(excluded.client_name, grant_usage.client_name), client_version = coalesce(excluded.client_version, grant_usage.client_version),
    introduced_at = coalesce(excluded.introduced_at, grant_usage.introduced_at), listed_at = coalesce(excluded.listed_at, grant_usage.listed_at),
    called_at = coalesce(excluded.called_at, grant_usage.called_at)`;
