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

/** Of traces that begin here: which share of them, from 0 to 1, is to be recorded. */
export function sampledShareOf({ OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG = 1 }: TracingSettings): number {
  switch (OTEL_TRACES_SAMPLER) {
    case 'parentbased_always_on':
      return 1;
    case 'parentbased_always_off':
    case 'always_off':
      return 0;
    case 'parentbased_traceidratio':
      return OTEL_TRACES_SAMPLER_ARG;
  }
  return OTEL_TRACES_SAMPLER satisfies never;
}
