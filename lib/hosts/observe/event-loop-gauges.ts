import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

const RESOLUTION_MS = 10;
const WINDOW_MS = 15_000;
const NANOS = 1e9;

/**
 * How late the event loop was, over windows of 15 s. The client's own gauges begin anew at each scrape, so that two scrapers
 * take the figures from each other and a quick second look finds `NaN`; under the same names, these do not.
 */
export function registerEventLoopGauges(registry: Registry): void {
  for (const { name } of registry.getMetricsAsArray()) if (name.startsWith('nodejs_eventloop_lag')) registry.removeSingleMetric(name);
  const current = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  current.enable();
  let last = { p50: 0, p90: 0, p99: 0, max: 0 };
  const late = (nanos: number): number => Math.max(0, nanos / NANOS - RESOLUTION_MS / 1_000);
  const read = () => ({
    p50: late(current.percentile(50)),
    p90: late(current.percentile(90)),
    p99: late(current.percentile(99)),
    max: late(current.max),
  });
  let windows = 0;
  setInterval(() => {
    last = read();
    windows++;
    current.reset();
  }, WINDOW_MS).unref();
  for (const [key, words] of [
    ['p50', 'The 50th percentile'],
    ['p90', 'The 90th percentile'],
    ['p99', 'The 99th percentile'],
    ['max', 'The maximum'],
  ] as const) {
    new Gauge({
      name: `nodejs_eventloop_lag_${key}_seconds`,
      help: `${words} of how late the event loop was, in the last whole 15 s.`,
      registers: [registry],
      collect() {
        // Until the first window is over, what there is of it.
        this.set((windows === 0 && current.count > 0 ? read() : last)[key]);
      },
    });
  }
}
