import type { CommittedEvent } from '@/lib/adapters/postgres/committed-event';

/** Upper bounds in seconds; the gateway's own share of a call is expected in the first four. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

interface Histogram {
  readonly counts: number[];
  sum: number;
  total: number;
}

const newHistogram = (): Histogram => ({ counts: BUCKETS_SECONDS.map(() => 0), sum: 0, total: 0 });

/** Gauges that are read when asked for. */
export interface Gauges {
  readonly callsInFlight: number;
  readonly sessions: number;
  readonly configVersion: number;
}

/**
 * Counts what this process committed, in the Prometheus text format. Labels are closed lists and slugs of the registry,
 * never anything that an agent wrote.
 */
export class Metrics {
  readonly #decisions = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  readonly #gateway = newHistogram();
  readonly #upstream = newHistogram();

  add(events: readonly CommittedEvent[]): void {
    for (const event of events) {
      if (event.kind === 'event') {
        bump(this.#decisions, labels({ server: event.server ?? '', decision: event.decision, reason: event.reason }));
      } else {
        bump(this.#outcomes, labels({ outcome: event.outcome }));
        if (event.gatewayMs !== null) observe(this.#gateway, event.gatewayMs / 1_000);
        if (event.upstreamMs !== null) observe(this.#upstream, event.upstreamMs / 1_000);
      }
    }
  }

  text(gauges: Gauges): string {
    return [
      ...counter('callgate_events_total', 'Audit events this process committed.', this.#decisions),
      ...counter('callgate_outcomes_total', 'Outcomes of forwarded calls this process recorded.', this.#outcomes),
      ...histogram('callgate_gateway_duration_seconds', "The gateway's own share of a forwarded call.", this.#gateway),
      ...histogram('callgate_upstream_duration_seconds', "The upstream's share of a forwarded call.", this.#upstream),
      ...gauge('callgate_calls_in_flight', 'Calls that were sent and have no outcome yet.', gauges.callsInFlight),
      ...gauge('callgate_sessions', 'Open MCP sessions on this node.', gauges.sessions),
      ...gauge('callgate_config_version', 'The configuration this node decides by.', gauges.configVersion),
      ...gauge('process_resident_memory_bytes', 'Resident memory of the process.', process.memoryUsage.rss()),
      ...counterValue('process_cpu_seconds_total', 'Processor time of the process.', cpuSeconds()),
      '',
    ].join('\n');
  }
}

function bump(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function observe(histogram: Histogram, seconds: number): void {
  histogram.sum += seconds;
  histogram.total++;
  const index = BUCKETS_SECONDS.findIndex((bound) => seconds <= bound);
  if (index >= 0) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1;
}

function labels(pairs: Record<string, string>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`)
    .join(',');
}

function counter(name: string, help: string, values: Map<string, number>): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, ...[...values].map(([key, value]) => `${name}{${key}} ${value}`)];
}

function counterValue(name: string, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} counter`, `${name} ${value}`];
}

function gauge(name: string, help: string, value: number): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`];
}

function histogram(name: string, help: string, { counts, sum, total }: Histogram): string[] {
  let cumulative = 0;
  const buckets = BUCKETS_SECONDS.map((bound, index) => {
    cumulative += counts[index] ?? 0;
    return `${name}_bucket{le="${bound}"} ${cumulative}`;
  });
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...buckets,
    `${name}_bucket{le="+Inf"} ${total}`,
    `${name}_sum ${sum}`,
    `${name}_count ${total}`,
  ];
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
