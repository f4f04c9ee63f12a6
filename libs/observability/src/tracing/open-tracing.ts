import type { TracingSettings } from './tracing-settings.ts';
import type { Tracing } from './tracing.port.ts';

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
