import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** On answers made while nothing new comes into the read models, or these are being built anew: more may be known soon. */
export const STALE_HEADER = 'signalbox-stale-data';

/** Marks answers as stale while the logs cannot be read or projected, and while all is projected anew. */
export class StaleDataInterceptor implements NestInterceptor {
  readonly #isStale: () => Promise<boolean>;

  constructor(isStale: () => Promise<boolean>) {
    this.#isStale = isStale;
  }

  async intercept(context: ExecutionContext, next: CallHandler) {
    if (await this.#isStale()) void context.switchToHttp().getResponse<FastifyReply>().header(STALE_HEADER, 'true');
    return next.handle();
  }
}
