import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type pg from 'pg';
import type { ApprovalDifference } from '@/lib/domain/approval/approval-binding';
import type { ApprovalStatus } from '@/lib/domain/approval/approval-state';
import { COOL_DOWN_MS } from '@/lib/domain/approval/approval-terms';
import type {
  ApprovalAsk,
  ApprovalPass,
  ApprovalStanding,
  Approvals,
  AskAnswer,
  GatewayLog,
  KeptAnswer,
  PassSeeker,
} from '@/lib/gateway/ports';
import { newId } from '@/lib/kernel/ids';
import { AgentTurns } from './agent-turns';
import { type AccessNotice, type AlertNotice, ApprovalConnection, type ApprovalNotice } from './approval-connection';
import { ApprovalHolds } from './approval-holds';
import { ApprovalNews } from './approval-news';
import type { ArgumentKeys } from './argument-store';
import { askApproval, IS_DUE } from './ask-approval';
import { BoundedDatabase } from './bounded-database';
import { findPass, hmacWith } from './find-pass';
import { dropOldAnswers, forgetAnswer, keepAnswer } from './kept-answers';

export interface ApprovalOptions extends ArgumentKeys {
  readonly poolConfig: pg.PoolConfig;
  /** The name of this node, for people who look where a call is held. */
  readonly node: string;
  readonly log: GatewayLog;
}

/** Requests whose time is over are looked for this often; each reader sees them as expired anyway. */
const SWEEP_MS = 1_000;
/** Signs of life of nodes that died are cleared away after this time. */
const SILENT_HOLDS = "interval '10 minutes'";

/** Requests for approval in PostgreSQL, shared by all nodes. */
export class PostgresApprovals implements Approvals {
  readonly #options: ApprovalOptions;
  readonly #database: BoundedDatabase;
  readonly #holds: ApprovalHolds;
  readonly #connection: ApprovalConnection;
  readonly #news: ApprovalNews;
  readonly #access = new EventEmitter<{ notice: [AccessNotice]; alert: [AlertNotice] }>();
  readonly #turns = new AgentTurns();
  #sweeping: NodeJS.Timeout | null = null;
  #sweptAll = 0;

  constructor(options: ApprovalOptions) {
    this.#options = options;
    const { poolConfig, log, node } = options;
    this.#database = new BoundedDatabase(poolConfig, 'approvals', log);
    this.#news = new ApprovalNews(log);
    this.#holds = new ApprovalHolds(this.#database, node, () => newId('hld', Date.now(), randomBytes(10)), log);
    this.#connection = new ApprovalConnection(
      poolConfig,
      {
        approval: (notice) => this.#heard(notice),
        access: (notice) => this.#access.emit('notice', notice),
        alert: (notice) => this.#access.emit('alert', notice),
      },
      () => this.#holds.wakeAll(),
      log,
    );
  }

  /** Listens, and ends what nobody decided in time. Never rejects. */
  async start(): Promise<void> {
    await this.#connection.connect();
    this.#planSweep();
  }

  /** Calls `listener` for changes on any node; for each decision, and once a second at most while a request waits. Returns how to stop. */
  onChange(listener: (notice: ApprovalNotice) => void): () => void {
    return this.#news.listen(listener);
  }

  /** Calls `listener` for requests for more access on any node. Returns how to stop. */
  onAccess(listener: (notice: AccessNotice) => void): () => void {
    this.#access.on('notice', listener);
    return () => void this.#access.off('notice', listener);
  }

  /** Calls `listener` for alerts about unusual calls on any node. Returns how to stop. */
  onAlert(listener: (notice: AlertNotice) => void): () => void {
    this.#access.on('alert', listener);
    return () => void this.#access.off('alert', listener);
  }

  argumentsDigest(canonical: string): string {
    return hmacWith(this.#options.hmacKey)(canonical);
  }

  ask(ask: ApprovalAsk): Promise<AskAnswer> {
    const id = newId('apr', Date.now(), randomBytes(10));
    return this.#turns.take(ask.binding.agent, () => this.#database.transaction((run) => askApproval(run, ask, id, this.#options)));
  }

  find(call: PassSeeker): Promise<ApprovalPass | null> {
    return findPass(this.#database.rows, call, this.#options);
  }

  async standing(id: string): Promise<ApprovalStanding | null> {
    const [row] = await this.#database.rows<StandingRow>(STANDING, [id, COOL_DOWN_MS]);
    if (row === undefined) return null;
    const { status, by, reason, differences } = row;
    return { id, expiresAtMs: row.expires_ms, status, by, reason, retryAtMs: row.retry_ms, differences };
  }

  async outdated(id: string, differences: readonly ApprovalDifference[]): Promise<void> {
    await this.#database.rows(
      "UPDATE approvals SET status = 'stale', differences = $2 WHERE id = $1 AND status IN ('pending', 'approved')",
      [id, JSON.stringify(differences)],
    );
  }

  hold(id: string, untilMs: number, onChange: () => void): () => void {
    return this.#holds.add(id, untilMs, onChange);
  }

  keep(answer: KeptAnswer): Promise<void> {
    return keepAnswer(this.#database.rows, answer, this.#options.envelope);
  }

  forget(approval: string): Promise<void> {
    return forgetAnswer(this.#database.rows, approval);
  }

  async close(): Promise<void> {
    if (this.#sweeping) clearTimeout(this.#sweeping);
    this.#sweeping = null;
    this.#holds.close();
    this.#news.close();
    await this.#connection.close();
    await this.#database.close();
  }

  #heard(notice: ApprovalNotice): void {
    // A request that still waits is nothing that a held call has to look at, however often it is asked for again.
    if (notice.status !== 'pending') this.#holds.wake(notice.id);
    this.#news.hear(notice);
  }

  #planSweep(): void {
    this.#sweeping = setTimeout(() => {
      void this.#sweep().finally(() => {
        if (this.#sweeping) this.#planSweep();
      });
    }, SWEEP_MS).unref();
  }

  /** Every node does; rows that another one is at are left to it. */
  async #sweep(): Promise<void> {
    try {
      await this.#database.rows(EXPIRE_DUE, []);
      if (this.#sweptAll++ % 60 !== 0) return;
      await this.#database.rows(`DELETE FROM approval_holds WHERE last_seen_at < clock_timestamp() - ${SILENT_HOLDS}`, []);
      await this.#database.rows(FORGET_SCOPES, []);
      await dropOldAnswers(this.#database.rows);
    } catch {
      // The database is away, which others say; what is due stays due.
    }
  }
}

interface StandingRow {
  readonly status: ApprovalStatus;
  readonly by: string | null;
  readonly reason: string | null;
  readonly differences: readonly ApprovalDifference[];
  readonly expires_ms: number;
  readonly retry_ms: number | null;
}

const STANDING = `
  SELECT CASE WHEN ${IS_DUE} THEN 'expired' ELSE status END AS status, decided_by AS by, decided_reason AS reason, differences,
    (extract(epoch FROM coalesce(usable_until, expires_at)) * 1000)::float8 AS expires_ms,
    (extract(epoch FROM decided_at) * 1000)::float8 + $2 AS retry_ms
  FROM approvals WHERE id = $1`;

const EXPIRE_DUE = `
  UPDATE approvals SET status = 'expired'
  WHERE id IN (SELECT id FROM approvals WHERE ${IS_DUE} ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED) AND ${IS_DUE}`;

/** A server that keeps no arguments keeps none in scopes that ended, either. */
const FORGET_SCOPES = `
  UPDATE approval_exceptions x SET scope_envelope = NULL FROM approvals a
  WHERE x.scope_envelope IS NOT NULL AND (x.revoked_at IS NOT NULL OR x.expires_at <= clock_timestamp()) AND a.id = x.approval_id AND NOT a.keep_arguments`;

/** Started approvals. */
export async function createPostgresApprovals(options: ApprovalOptions): Promise<PostgresApprovals> {
  const approvals = new PostgresApprovals(options);
  await approvals.start();
  return approvals;
}
