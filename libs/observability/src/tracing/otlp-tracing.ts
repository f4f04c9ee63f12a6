import type { Context, Span, Tracer } from '@opentelemetry/api';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import type { Sampler } from '@opentelemetry/sdk-trace';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { formatTraceparent, parseTraceparent } from '@signalbox/domain';
import type { TracingSettings } from './tracing-settings.ts';
import { sampledShareOf } from './tracing-settings.ts';
import type { OpenSpan, SpanEnd, SpanStart, Tracing } from './tracing.port.ts';

const KINDS = { consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT } as const;
const STOP_WITHIN_MS = 3_000;

/** {@link Tracing} by OpenTelemetry, sent by OTLP over HTTP in batches. What cannot be sent is dropped: no delivery waits for it. */
export class OtlpTracing implements Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor(settings: TracingSettings, service: string) {
    const named = resourceFromAttributes({ 'service.name': `signalbox-${service}` });
    this.#provider = new TracerProvider({
      sampler: samplerOf(settings),
      // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
      resource: named.merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new OTLPTraceExporter(),
          scheduledDelayMillis: settings.OTEL_BSP_SCHEDULE_DELAY,
        }),
      ],
    });
    this.#tracer = this.#provider.getTracer('signalbox');
  }

  start({ name, kind, parent, startMs, attributes }: SpanStart): OpenSpan | undefined {
    const caused = parent === undefined ? undefined : parseTraceparent(parent);
    if (caused !== undefined && (caused.flags & TraceFlags.SAMPLED) === 0) return undefined;
    const context: Context =
      caused === undefined
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId: caused.traceId,
            spanId: caused.spanId,
            traceFlags: caused.flags,
            isRemote: true,
          });
    const span = this.#tracer.startSpan(
      name,
      {
        kind: KINDS[kind],
        ...(startMs !== undefined && { startTime: startMs }),
        ...(attributes !== undefined && { attributes }),
      },
      context,
    );
    const { traceId, spanId, traceFlags } = span.spanContext();
    return { traceparent: formatTraceparent({ traceId, spanId, flags: traceFlags }), end: (end) => endSpan(span, end) };
  }

  async stop(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
    await Promise.race([this.#provider.shutdown().catch(() => {}), late]);
  }
}

function endSpan(span: Span, { attributes, error }: SpanEnd = {}): void {
  if (attributes !== undefined) span.setAttributes(attributes);
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  span.end();
}

/** By the parent's flag where there is one; `always_off` whatever it says. */
function samplerOf(settings: TracingSettings): Sampler {
  if (settings.OTEL_TRACES_SAMPLER === 'always_off') return new AlwaysOffSampler();
  return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampledShareOf(settings)) });
}
