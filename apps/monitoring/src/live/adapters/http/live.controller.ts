import { Controller, Get, Inject, Param, Query, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Identity } from '@signalbox/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiErrorFilter } from '../../../access/api-error.filter.ts';
import { ApiError } from '../../../access/api-error.ts';
import { Caller, IdentityGuard, OpenTo } from '../../../access/identity.guard.ts';
import type { RawQuery } from '../../../access/query-reader.ts';
import { LiveFeed, TooManyReaders } from '../../application/live-feed.ts';
import type { LiveFilter } from '../../domain/live-event.ts';
import { liveFilterOf, resumePositionOf } from './live-query.ts';
import { ResponseSink } from './response-sink.ts';

/** How long a reader waits for Kafka to be joined; less than the public door does for us. */
const OPEN_WITHIN_MS = 8_000;

/** Attempts as they end, as Server-Sent Events. */
@Controller('api')
@UseGuards(IdentityGuard)
@UseFilters(ApiErrorFilter)
export class LiveController {
  constructor(@Inject(LiveFeed) private readonly feed: LiveFeed) {}

  @Get('hooks/:id/live')
  @OpenTo('deliveries:read')
  async ofWebhook(
    @Caller() { tenantId }: Identity,
    @Param('id') webhookId: string,
    @Query() query: RawQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.show(liveFilterOf(tenantId, query, webhookId), request, reply);
  }

  @Get('live')
  @OpenTo('deliveries:read')
  async ofTenant(
    @Caller() { tenantId }: Identity,
    @Query() query: RawQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.show(liveFilterOf(tenantId, query), request, reply);
  }

  private async show(filter: LiveFilter, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const resumeFrom = resumePositionOf(request.headers['last-event-id']);
    const { raw } = reply;
    const sink = new ResponseSink(raw);
    const joining = this.feed.join(filter, sink, resumeFrom);
    const leave = (): void =>
      void joining.then(
        (reader) => this.feed.leave(reader),
        () => {},
      );
    // Who went while it was found out who it is will not be told of again.
    if (raw.closed) leave();
    else raw.once('close', leave);
    const outcome = await Promise.race([joining.catch(refusalOf), late(sink)]);
    if (outcome instanceof ApiError) throw outcome;
    // The answer has begun, and Fastify is not to end it.
    reply.hijack();
  }
}

const UNREADABLE = 'the log of attempts cannot be read at the moment; try again soon';

function refusalOf(error: unknown): ApiError {
  const why = error instanceof TooManyReaders ? `${error.message}; try again soon` : UNREADABLE;
  return new ApiError('service.unavailable', why);
}

/** After it the answer is another one, which a feed that opens later must not write into. */
async function late(sink: ResponseSink): Promise<ApiError> {
  return new Promise((resolve) => {
    setTimeout(() => {
      sink.abandonUnlessBegun();
      resolve(new ApiError('service.unavailable', UNREADABLE));
    }, OPEN_WITHIN_MS).unref();
  });
}
