import type { Resource } from '@opentelemetry/resources';

/** Which process speaks, for every signal. */
export interface TelemetrySource {
  readonly version: string;
  /** `host:port`. */
  readonly node: string;
}

/** `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` win over what is said here. */
export async function telemetryResource({ version, node }: TelemetrySource): Promise<Resource> {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  const own = resourceFromAttributes({ 'service.name': 'callgate', 'service.version': version, 'service.instance.id': node });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

export interface OtlpTarget {
  /** gRPC is not spoken. */
  readonly protocol: 'http/protobuf' | 'http/json';
  /** The base of `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
}

/** Where a signal goes: its own variable wins, which is a whole address, over the base with the signal's path. */
export function signalUrl({ endpoint }: OtlpTarget, signal: 'traces' | 'logs'): string {
  const own = process.env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`]?.trim();
  return own || `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;
}
