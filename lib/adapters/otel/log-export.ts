import type { LogRecordExporter, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { type OtlpTarget, signalUrl, type TelemetrySource, telemetryResource } from './resource';

/** One log record to be sent. Attributes that are null are left out. */
export interface OutgoingLog {
  readonly name: string;
  readonly at: Date;
  readonly severity: 'INFO' | 'WARN' | 'ERROR';
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | number | null>>;
}

export interface LogExport {
  /** Resolves once the collector has taken all of them; rejects when it has not. */
  send(records: readonly OutgoingLog[]): Promise<void>;
  close(): Promise<void>;
}

const SEVERITY = { INFO: 9, WARN: 13, ERROR: 17 } as const;

/** Log records over OTLP, each batch with an answer: unlike the SDK's own processors, which may drop what they cannot send. */
export async function openLogExport(target: OtlpTarget, source: TelemetrySource): Promise<LogExport> {
  const exporter = await exporterOf(target);
  const resource = await telemetryResource(source);
  const instrumentationScope = { name: 'callgate.audit', version: source.version };
  const recordOf = ({ name, at, severity, body, attributes }: OutgoingLog): ReadableLogRecord => ({
    hrTime: hrTimeOf(at.getTime()),
    hrTimeObserved: hrTimeOf(Date.now()),
    eventName: name,
    severityText: severity,
    severityNumber: SEVERITY[severity],
    body,
    attributes: Object.fromEntries(Object.entries(attributes).flatMap(([key, value]) => (value === null ? [] : [[key, value]]))),
    droppedAttributesCount: 0,
    resource,
    instrumentationScope,
  });
  return {
    send: (records) =>
      new Promise((resolve, reject) => {
        exporter.export(records.map(recordOf), ({ code, error }) =>
          code === 0 ? resolve() : reject(error ?? new Error('the collector refused')),
        );
      }),
    close: () => exporter.shutdown(),
  };
}

async function exporterOf(target: OtlpTarget): Promise<LogRecordExporter> {
  const url = signalUrl(target, 'logs');
  if (target.protocol === 'http/json') return new (await import('@opentelemetry/exporter-logs-otlp-http')).OTLPLogExporter({ url });
  return new (await import('@opentelemetry/exporter-logs-otlp-proto')).OTLPLogExporter({ url });
}

function hrTimeOf(epochMs: number): [number, number] {
  const seconds = Math.floor(epochMs / 1_000);
  return [seconds, Math.round((epochMs - seconds * 1_000) * 1e6)];
}
