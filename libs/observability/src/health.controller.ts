import { Controller, Get, Header, Inject } from '@nestjs/common';
import type { HealthCheckResult } from '@nestjs/terminus';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import type { ReadinessCheck } from './readiness-check.ts';
import { READINESS_TIMEOUT_MS } from './readiness-check.ts';

export const READINESS_CHECKS = Symbol('READINESS_CHECKS');

@Controller('health')
export class HealthController {
  readonly #checks: readonly ReadinessCheck[];
  readonly #health: HealthCheckService;
  readonly #indicators: HealthIndicatorService;

  constructor(
    @Inject(READINESS_CHECKS) checks: readonly ReadinessCheck[],
    health: HealthCheckService,
    indicators: HealthIndicatorService,
  ) {
    this.#checks = checks;
    this.#health = health;
    this.#indicators = indicators;
  }

  /** Answers while the event loop turns. What is merely unreachable must not get the process killed. */
  @Get('live')
  @Header('cache-control', 'no-store')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200, or 503 with the reason under `error.<check>.message`. */
  @Get('ready')
  @Header('cache-control', 'no-store')
  async ready(): Promise<HealthCheckResult> {
    return this.#health.check(
      this.#checks.map((check) =>
        this.#indicators
          .check(check.name)
          .attempt(async ({ signal }) => {
            const reason = await check.reasonNotReady(signal);
            if (reason !== null) throw new Error(reason);
          })
          .withTimeout(READINESS_TIMEOUT_MS),
      ),
    );
  }
}
