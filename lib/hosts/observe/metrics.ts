import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { CommittedEvent } from '@/lib/adapters/postgres/committed-event';
import type { LedgerObserver } from '@/lib/adapters/postgres/ledger-observer';
import type { ExchangeResult } from '@/lib/adapters/upstream/upstream-health';
import { LOGGED } from '../log';
import { registerEventLoopGauges } from './event-loop-gauges';

/** Upper bounds in seconds; the gateway's own share of a call is expected in the first four. */
const CALL_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5];
const BATCH_CALLS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/**
 * What this process counted since it started, for Prometheus. Labels are closed lists and slugs of the registry, never
 * anything that an agent wrote. Gauges are registered by others and read when they are asked for.
 */
export class Metrics implements LedgerObserver {
  readonly registry = new Registry();
  /** How the last exchange with each server went, by slug. */
  readonly lastAnswered = new Map<string, boolean>();
  readonly #events;
  readonly #outcomes;
  readonly #gateway;
  readonly #upstream;
  readonly #admission;
  readonly #batch;
  readonly #commit;
  readonly #commitFailures;
  readonly #exchanges;
  readonly #databaseErrors;
  readonly #notifications;
  readonly #exportedRecords;

  constructor() {
    // Its own look at the event loop is replaced below, and need not wake anybody.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 60_000 });
    registerEventLoopGauges(this.registry);
    const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
      new Counter({ name, help, labelNames, registers: [this.registry] });
    const histogram = <L extends string>(name: string, help: string, buckets: number[], labelNames: L[]): Histogram<L> =>
      new Histogram({ name, help, buckets, labelNames, registers: [this.registry] });

    this.#events = counter('callgate_events_total', 'Audit events this process committed.', ['server', 'decision', 'reason']);
    this.#outcomes = counter('callgate_outcomes_total', 'Outcomes of forwarded calls this process recorded.', ['outcome']);
    this.#gateway = histogram('callgate_gateway_duration_seconds', "The gateway's own share of a forwarded call.", CALL_SECONDS, []);
    this.#upstream = histogram('callgate_upstream_duration_seconds', "The upstream's share of a forwarded call.", CALL_SECONDS, []);
    this.#admission = histogram(
      'callgate_admission_duration_seconds',
      'From handing a call to the ledger until its record was durable.',
      COMMIT_SECONDS,
      [],
    );
    this.#batch = histogram('callgate_audit_batch_calls', 'Calls that shared one commit of the audit trail.', BATCH_CALLS, []);
    this.#commit = histogram('callgate_audit_commit_duration_seconds', 'One commit of the audit trail.', COMMIT_SECONDS, []);
    this.#commitFailures = counter('callgate_audit_commit_failures_total', 'Batches of the audit trail that were not committed.', ['kind']);
    this.#exchanges = histogram(
      'callgate_upstream_request_duration_seconds',
      'Requests to a server until its answer began, by how they went; the refusals of the gateway are not among them.',
      CALL_SECONDS,
      ['server', 'result'],
    );
    this.#databaseErrors = counter(
      'callgate_database_errors_total',
      'Connections that broke and readings that failed, by the part of the process that met it.',
      ['part'],
    );
    this.#notifications = counter('callgate_notification_attempts_total', 'Attempts to send a notification, by how they ended.', [
      'result',
    ]);
    this.#exportedRecords = counter(
      'callgate_audit_export_records_total',
      'Audit records sent to the collector, and those that it did not take.',
      ['result'],
    );
    new Counter({
      name: 'callgate_log_messages_total',
      help: 'Warnings and errors in the log, written or not.',
      labelNames: ['level'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const level of ['warn', 'error'] as const) this.inc({ level }, LOGGED[level]);
      },
    });
    // A series that is absent cannot be alerted on: those of closed lists begin at zero.
    for (const kind of ['unknown', 'row', 'passing', 'refused']) this.#commitFailures.inc({ kind }, 0);
    for (const outcome of ['ok', 'tool_error', 'upstream_error', 'cancelled', 'unknown', 'not_sent']) this.#outcomes.inc({ outcome }, 0);
    for (const part of ['pool', 'audit', 'configuration']) this.#databaseErrors.inc({ part }, 0);
    for (const result of ['sent', 'failed']) this.#exportedRecords.inc({ result }, 0);
    for (const result of ['delivered', 'failed', 'waiting', 'skipped']) this.#notifications.inc({ result }, 0);
  }

  recorded(events: readonly CommittedEvent[]): void {
    for (const event of events) {
      if (event.kind === 'event') {
        this.#events.inc({ server: event.server ?? '', decision: event.decision, reason: event.reason });
      } else {
        this.#outcomes.inc({ outcome: event.outcome });
        if (event.gatewayMs !== null) this.#gateway.observe(event.gatewayMs / 1_000);
        if (event.upstreamMs !== null) this.#upstream.observe(event.upstreamMs / 1_000);
      }
    }
  }

  admitted(waitedMs: number): void {
    this.#admission.observe(waitedMs / 1_000);
  }

  committed(calls: number, _outcomes: number, tookMs: number): void {
    if (calls > 0) this.#batch.observe(calls);
    this.#commit.observe(tookMs / 1_000);
  }

  failed(kind: 'unknown' | 'row' | 'passing' | 'refused'): void {
    this.#commitFailures.inc({ kind });
  }

  lost(): void {
    this.databaseFailed('audit');
  }

  exchanged(slug: string, result: ExchangeResult, ms: number): void {
    this.#exchanges.observe({ server: slug, result }, ms / 1_000);
    if (result !== 'cancelled') this.lastAnswered.set(slug, result === 'answered');
  }

  databaseFailed(part: 'pool' | 'audit' | 'configuration'): void {
    this.#databaseErrors.inc({ part });
  }

  exported(result: 'sent' | 'failed', count: number): void {
    this.#exportedRecords.inc({ result }, count);
  }

  notified(result: string): void {
    this.#notifications.inc({ result });
  }
}
