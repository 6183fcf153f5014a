import type { Context, HrTime, Span as OtelSpan, SpanContext, Tracer } from '@opentelemetry/api';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Span, SpanAttributes, TraceContext, Tracing } from '@/lib/gateway/ports';
import { type OtlpTarget, signalUrl, type TelemetrySource, telemetryResource } from './resource';

/** A process that ends does not wait longer than this for the collector. */
const CLOSE_WITHIN_MS = 3_000;

export interface OpenTracing extends Tracing {
  /** Sends what is left, within 3 s. */
  close(): Promise<void>;
}

type Api = typeof import('@opentelemetry/api');

/**
 * Traces by the OpenTelemetry SDK, in batches and aside from calls. The SDK reads the standard variables itself: sampler,
 * headers, timeouts, compression, limits, batching. Its packages are loaded here, so that who does not trace does not pay.
 */
export async function openTracing(target: OtlpTarget, source: TelemetrySource): Promise<OpenTracing> {
  const [api, sdk] = await Promise.all([import('@opentelemetry/api'), import('@opentelemetry/sdk-trace-base')]);
  const provider = new sdk.BasicTracerProvider({
    resource: await telemetryResource(source),
    spanProcessors: [new sdk.BatchSpanProcessor(await exporterOf(target))],
  });
  const tracer = provider.getTracer('callgate', source.version);
  return {
    begin(name, parent, startedMs) {
      const context = parent === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, spanContextOf(parent, api));
      // One reading of the wall clock for the whole trace: with one of each span, children would begin before their parents.
      const epochMs = Date.now() - performance.now();
      const span = tracer.startSpan(name, { kind: api.SpanKind.SERVER, startTime: timeOf(epochMs, startedMs) }, context);
      return new TracedSpan(api, tracer, context, span, epochMs);
    },
    async close() {
      const late = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

async function exporterOf(target: OtlpTarget): Promise<SpanExporter> {
  const url = signalUrl(target, 'traces');
  if (target.protocol === 'http/json') return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter({ url });
  return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter({ url });
}

class TracedSpan implements Span {
  readonly context: TraceContext;
  private ended = false;

  constructor(
    private readonly api: Api,
    private readonly tracer: Tracer,
    private readonly parent: Context,
    private readonly span: OtelSpan,
    /** Where the monotonic clock began. */
    private readonly epochMs: number,
  ) {
    this.context = traceContextOf(span.spanContext());
  }

  child(name: string, kind: 'internal' | 'client'): Span {
    const { trace, SpanKind } = this.api;
    const context = trace.setSpan(this.parent, this.span);
    const options = { kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL, startTime: this.now() };
    return new TracedSpan(this.api, this.tracer, context, this.tracer.startSpan(name, options, context), this.epochMs);
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes(attributes);
  }

  end(failure: string | null = null): void {
    if (this.ended) return;
    this.ended = true;
    if (failure !== null) {
      this.span.setAttribute('error.type', failure);
      this.span.setStatus({ code: this.api.SpanStatusCode.ERROR, message: failure });
    }
    this.span.end(this.now());
  }

  private now(): HrTime {
    return timeOf(this.epochMs, performance.now());
  }
}

/** Seconds and nanoseconds since 1970. */
function timeOf(epochMs: number, monotonicMs: number): HrTime {
  const ms = epochMs + monotonicMs;
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.floor((ms - seconds * 1_000) * 1e6)];
}

function spanContextOf({ traceparent, tracestate }: TraceContext, { createTraceState }: Api): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  const traceState = tracestate === null ? undefined : createTraceState(tracestate);
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true, ...(traceState && { traceState }) };
}

function traceContextOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, '0');
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: traceState?.serialize() || null };
}
