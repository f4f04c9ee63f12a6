import { z } from 'zod';
import { booleanVariable, httpUrlVariable, integerVariable } from './environment-fields.ts';

export const TRACE_SAMPLERS = [
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'always_off',
] as const;

/**
 * Where traces go, by the standard variables of OpenTelemetry; nowhere by default. The exporter itself reads its other ones
 * (`OTEL_EXPORTER_OTLP_HEADERS` and so on).
 */
export const tracingEnvironment = z.object({
  OTEL_SDK_DISABLED: booleanVariable().default(false),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], 'is not known here').optional().describe('otlp or none'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrlVariable().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrlVariable().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .enum(['http/protobuf'], 'is not spoken here')
    .optional()
    .describe('http/protobuf, which is the default'),
  OTEL_TRACES_SAMPLER: z
    .enum(TRACE_SAMPLERS, 'is no sampler known here')
    .default('parentbased_always_on')
    .describe(TRACE_SAMPLERS.join(', ')),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'is no share')
    .transform(Number)
    .optional()
    .describe('a share from 0 to 1'),
  OTEL_BSP_SCHEDULE_DELAY: integerVariable({ min: 1, max: 600_000 }).default(5_000),
});

export type TracingEnvironment = z.output<typeof tracingEnvironment>;
