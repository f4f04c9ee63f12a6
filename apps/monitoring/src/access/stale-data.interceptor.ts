import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** On answers made while nothing new comes into the read models: they show what was known before. */
export const STALE_HEADER = 'signalbox-stale-data';

/** Marks answers as stale while the logs cannot be read or projected. */
export class StaleDataInterceptor implements NestInterceptor {
  readonly #isStale: () => boolean;

  constructor(isStale: () => boolean) {
    this.#isStale = isStale;
  }

  intercept(context: ExecutionContext, next: CallHandler) {
    if (this.#isStale()) void context.switchToHttp().getResponse<FastifyReply>().header(STALE_HEADER, 'true');
    return next.handle();
  }
}
