import { hostname } from 'node:os';
import pg from 'pg';
import type { LogExport, OutgoingLog } from '@/lib/adapters/otel/log-export';
import { beginExport, type ExportedRow, exportAudit } from '@/lib/adapters/postgres/audit-export';
import type { DataPlane } from '../data-plane';
import type { Log } from '../log';
import { productVersion } from './product-version';
import { hearTheSdk } from './start-tracing';

const EXPORTER = 'otlp';
const ROUND_MS = 2_000;
/** After a failure, twice as long each time up to this. */
const ROUND_MS_MAX = 60_000;

/** Sends audit events to the collector where the environment asks for it; what has to be closed is put in front of `closing`. */
export async function startAuditLogExport(
  plane: Pick<DataPlane, 'env' | 'log' | 'database' | 'metrics' | 'node' | 'closing'>,
): Promise<void> {
  const { telemetry } = plane.env;
  if (telemetry?.auditLogs !== true) return;
  const { openLogExport } = await import('@/lib/adapters/otel/log-export');
  await hearTheSdk(plane.log);
  const source = { version: productVersion(), node: `${hostname()}:${plane.node.port}` };
  const runner = new AuditLogExport(plane.database.poolConfig, await openLogExport(telemetry, source), plane.log, (result, count) =>
    plane.metrics.exported(result, count),
  );
  await runner.begin();
  runner.start();
  plane.closing.unshift(() => runner.close());
}

/** Rounds of export, one after the other. The trail keeps what could not be sent, so nothing is queued here. */
export class AuditLogExport {
  readonly #pool: pg.Pool;
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> = Promise.resolve();
  #waitMs: number;
  #failing = false;
  #closed = false;

  constructor(
    poolConfig: pg.PoolConfig,
    private readonly logs: LogExport,
    private readonly log: Pick<Log, 'info' | 'warn'>,
    private readonly onSent: (result: 'sent' | 'failed', count: number) => void = () => {},
    private readonly roundMs = ROUND_MS,
  ) {
    this.#waitMs = roundMs;
    // One of its own: a collector that hangs must not take a connection from requests.
    this.#pool = new pg.Pool({
      ...poolConfig,
      max: 1,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 30_000,
      application_name: 'callgate audit export',
    });
    this.#pool.on('error', () => undefined);
  }

  /** Before the first request, so that none is missing when the export is switched on. */
  async begin(): Promise<void> {
    await beginExport(this.#pool, EXPORTER).catch((error: Error) =>
      this.log.warn('The export of audit events begins with its first round.', { error: error.message }),
    );
  }

  start(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#export().finally(() => this.start());
    }, this.#waitMs);
    this.#timer.unref();
  }

  /** Waits for the batch under way; what is left is sent by another node or by the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#round;
    await this.logs.close().catch(() => undefined);
    await this.#pool.end();
  }

  async #export(): Promise<void> {
    try {
      await exportAudit(this.#pool, EXPORTER, (rows) => this.#send(rows));
      if (this.#failing) this.log.info('Audit events reach the collector again.');
      this.#failing = false;
      this.#waitMs = this.roundMs;
    } catch (error) {
      if (!this.#failing && !this.#closed)
        this.log.warn('Audit events could not be exported; they are kept and sent again.', { error: (error as Error).message });
      this.#failing = true;
      this.#waitMs = Math.min(ROUND_MS_MAX, this.#waitMs * 2);
    }
  }

  async #send(rows: readonly ExportedRow[]): Promise<void> {
    if (this.#closed) throw new Error('the process is ending');
    try {
      await this.logs.send(rows.map(logOf));
    } catch (error) {
      this.onSent('failed', rows.length);
      throw error;
    }
    this.onSent('sent', rows.length);
  }
}

const PASSED = /^(allowed|observed_)/;

/** The record of one row; its name and severity come from closed lists, everything else is an attribute. */
function logOf(row: ExportedRow): OutgoingLog {
  const place = {
    'callgate.event.id': row.id,
    'callgate.audit.writer': row.writer,
    'callgate.audit.seq': row.seq,
    'callgate.audit.hash': row.hash,
  };
  if (row.kind === 'outcome') {
    const { outcome, http_status, upstream_ms, gateway_ms, policy_ms, admission_ms, message } = row;
    const attributes = {
      ...place,
      'callgate.outcome': outcome,
      'http.response.status_code': http_status,
      'callgate.upstream.duration_ms': upstream_ms,
      'callgate.gateway.duration_ms': gateway_ms,
      'callgate.policy.duration_ms': policy_ms,
      'callgate.admission.duration_ms': admission_ms,
      'callgate.message': message,
    };
    return {
      name: 'callgate.audit.outcome',
      at: row.at,
      severity: outcome === 'ok' ? 'INFO' : 'WARN',
      body: `outcome ${outcome}`,
      attributes,
    };
  }
  const severity = PASSED.test(row.decision ?? '') ? 'INFO' : row.decision === 'unavailable' ? 'ERROR' : 'WARN';
  const attributes = {
    ...place,
    'mcp.method.name': row.method,
    'gen_ai.tool.name': row.tool,
    'callgate.inner_tool': row.inner_tool,
    'callgate.decision': row.decision,
    'callgate.reason': row.reason,
    'callgate.rule': row.rule,
    'callgate.message': row.message,
    'callgate.server': row.server,
    'callgate.agent': row.agent,
    'callgate.grant': row.grant,
    'callgate.policy': row.policy,
    'callgate.policy.version': row.policy_version,
    'callgate.category': row.category,
    'callgate.risk': row.risk,
    'callgate.arguments.hmac': row.arguments_hmac,
    'callgate.client': row.client,
    'client.address': row.source_ip,
  };
  return { name: 'callgate.audit.event', at: row.at, severity, body: `${row.decision} ${row.reason}`, attributes };
}
