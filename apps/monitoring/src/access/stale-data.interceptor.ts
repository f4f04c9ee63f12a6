import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Observable } from 'rxjs';
import { lastValueFrom, of } from 'rxjs';

/** On answers made while nothing new comes into the read models, or these are being built anew: more may be known soon. */
export const STALE_HEADER = 'signalbox-stale-data';

export interface Staleness {
  /** As it was a moment ago. */
  lately(): Promise<boolean>;
  /** As it is after the call. */
  now(): Promise<boolean>;
}

/**
 * Marks answers as stale while the logs cannot be read or projected, and while all is projected anew. A handler returns its answer:
 * one that sends it itself is marked only by what was known before.
 */
export class StaleDataInterceptor implements NestInterceptor {
  readonly #isStale: Staleness;

  constructor(isStale: Staleness) {
    this.#isStale = isStale;
  }

  async intercept(context: ExecutionContext, next: CallHandler<unknown>): Promise<Observable<unknown>> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (await this.#isStale.lately()) {
      mark(reply);
      return next.handle();
    }
    try {
      return of(await lastValueFrom(next.handle(), { defaultValue: undefined }));
    } finally {
      // It may have read tables that were emptied meanwhile, also where it found nothing to answer with.
      if (!reply.sent && (await this.#isStale.now())) mark(reply);
    }
  }
}

function mark(reply: FastifyReply): void {
  void reply.header(STALE_HEADER, 'true');
}
