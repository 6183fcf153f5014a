import { hostname } from 'node:os';
import type { Env } from '@/lib/env/env';
import type { Tracing } from '@/lib/gateway/ports';
import type { Log } from '../log';
import { productVersion } from './product-version';

/** The SDK says the same of each batch while a collector is away. */
const SAY_EVERY_MS = 60_000;

/** Tracing where the environment names a collector; what has to be closed is put in front of `closing`. */
export async function startTracing(
  env: Env,
  port: number,
  log: Pick<Log, 'warn'>,
  closing: (() => unknown)[],
): Promise<Tracing | undefined> {
  if (env.telemetry?.traces !== true) return undefined;
  const { openTracing } = await import('@/lib/adapters/otel/tracing');
  await hearTheSdk(log);
  const tracing = await openTracing(env.telemetry, { version: productVersion(), node: `${hostname()}:${port}` });
  closing.unshift(() => tracing.close());
  return tracing;
}

/** What the SDK has to say goes to the log, once a minute at most. */
export async function hearTheSdk(log: Pick<Log, 'warn'>): Promise<void> {
  const { diag, DiagLogLevel } = await import('@opentelemetry/api');
  let saidMs = Number.NEGATIVE_INFINITY;
  const say = (message: string, ...facts: unknown[]): void => {
    if (performance.now() - saidMs < SAY_EVERY_MS) return;
    saidMs = performance.now();
    log.warn('Telemetry has trouble.', { problem: [message, ...facts.map(String)].join(' ').slice(0, 500) });
  };
  const silent = (): void => {};
  const logger = { error: say, warn: say, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
