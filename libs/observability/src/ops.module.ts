import type { DynamicModule, FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import type { Registry } from 'prom-client';
import { HealthController, READINESS_CHECKS } from './health.controller.ts';
import { createRegistry, ensureProcessMetrics } from './metrics.ts';
import { METRICS_REGISTRY, MetricsController } from './metrics.controller.ts';
import type { ReadinessCheck } from './readiness-check.ts';

export interface OpsOptions {
  readonly checks: readonly ReadinessCheck[];
  /** Default: a new one. The process is measured in it either way. */
  readonly registry?: Registry;
}

export type OpsAsyncOptions = Pick<ModuleMetadata, 'imports'> &
  Pick<FactoryProvider<OpsOptions>, 'inject' | 'useFactory'>;

const OPS_OPTIONS = Symbol('OpsOptions');

/**
 * `/metrics`, `/health/live` and `/health/ready` as a module, for a service that serves them on its own HTTP listener.
 * Others use `startOpsListener`.
 */
@Module({})
export class OpsModule {
  static register(options: OpsOptions): DynamicModule {
    return OpsModule.registerAsync({ useFactory: () => options });
  }

  /** For checks that are themselves providers. */
  static registerAsync({ imports = [], ...options }: OpsAsyncOptions): DynamicModule {
    return {
      module: OpsModule,
      // The reason is in the answer; a line for every probe of a service that is starting would only be noise.
      imports: [TerminusModule.forRoot({ logger: false }), ...imports],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: OPS_OPTIONS, ...options },
        { provide: READINESS_CHECKS, inject: [OPS_OPTIONS], useFactory: ({ checks }: OpsOptions) => checks },
        {
          provide: METRICS_REGISTRY,
          inject: [OPS_OPTIONS],
          useFactory: ({ registry = createRegistry() }: OpsOptions) => {
            ensureProcessMetrics(registry);
            return registry;
          },
        },
      ],
    };
  }
}
