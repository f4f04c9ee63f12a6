import type { Tracing } from './tracing.port.ts';

/** The standard variables of OpenTelemetry, as `tracingEnvironment` of `@signalbox/config` reads them. */
export interface TracingSettings {
  readonly OTEL_SDK_DISABLED: boolean;
  readonly OTEL_TRACES_EXPORTER?: 'otlp' | 'none' | undefined;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string | undefined;
  readonly OTEL_TRACES_SAMPLER:
    'parentbased_always_on' | 'parentbased_always_off' | 'parentbased_traceidratio' | 'always_off';
  readonly OTEL_TRACES_SAMPLER_ARG?: number | undefined;
  /** ms between two batches. */
  readonly OTEL_BSP_SCHEDULE_DELAY: number;
}

/** Undefined where no exporter is configured; OpenTelemetry is not even loaded then. `service`: e.g. `dispatcher`. */
export async function openTracing(settings: TracingSettings, service: string): Promise<Tracing | undefined> {
  if (!isWanted(settings)) return undefined;
  const { OtlpTracing } = await import('./otlp-tracing.ts');
  return new OtlpTracing(settings, service);
}

function isWanted(settings: TracingSettings): boolean {
  if (settings.OTEL_SDK_DISABLED || settings.OTEL_TRACES_EXPORTER === 'none') return false;
  return (
    settings.OTEL_TRACES_EXPORTER === 'otlp' ||
    settings.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined ||
    settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined
  );
}
