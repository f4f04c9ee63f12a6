import { Controller, Get, Inject, Param, Query, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { Identity } from '@signalbox/identity';
import type { FastifyReply } from 'fastify';
import { notFound } from '../../../access/api-error.ts';
import { ApiErrorFilter } from '../../../access/api-error.filter.ts';
import { Caller, IdentityGuard, OpenTo } from '../../../access/identity.guard.ts';
import type { RawQuery } from '../../../access/query-reader.ts';
import type { MonitoringEnvironment } from '../../../monitoring.environment.ts';
import { shownMsOf } from '../../../monitoring.environment.ts';
import { ENVIRONMENT } from '../../../shared.ts';
import type { RequestLog } from '../../application/request-log.port.ts';
import { REQUEST_LOG } from '../../application/request-log.port.ts';
import { deliveryJson, deliveryView } from '../../domain/delivery-json.ts';
import { encodeCursor, isDeliveryId } from '../../domain/delivery-query.ts';
import { parseDeliveryQuery } from './delivery-query.parser.ts';

/** All deliveries of a webhook with their state, those included that were never attempted. */
@Controller('api/hooks/:id/deliveries')
@UseGuards(IdentityGuard)
@UseFilters(ApiErrorFilter)
export class DeliveriesController {
  readonly #log: RequestLog;
  /** Where no time is asked for. */
  readonly #shownMs: number;

  constructor(@Inject(REQUEST_LOG) log: RequestLog, @Inject(ENVIRONMENT) env: MonitoringEnvironment) {
    this.#log = log;
    this.#shownMs = shownMsOf(env);
  }

  @Get()
  @OpenTo('deliveries:read')
  async list(@Caller() { tenantId }: Identity, @Param('id') webhookId: string, @Query() query: RawQuery) {
    const asked = parseDeliveryQuery(webhookId, query, Date.now(), this.#shownMs);
    const owner = { tenantId, webhookId };
    const [found, changes] = await Promise.all([
      this.#log.deliveries(owner, asked),
      this.#log.latestBreakerChanges(owner),
    ]);
    if (found.length === 0 && (await this.#log.isForeign(owner))) throw notFound('a webhook', webhookId);
    const listed = found.slice(0, asked.limit);
    const last = found.length > asked.limit ? listed.at(-1) : undefined;
    return {
      data: listed.map((delivery) => deliveryView(delivery, changes)),
      ...(last !== undefined && { nextCursor: encodeCursor(last) }),
    };
  }

  @Get(':deliveryId')
  @OpenTo('deliveries:read')
  async one(
    @Caller() { tenantId }: Identity,
    @Param('id') webhookId: string,
    @Param('deliveryId') deliveryId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const found = isDeliveryId(deliveryId) ? await this.#log.delivery({ tenantId, webhookId }, deliveryId) : undefined;
    if (found === undefined) throw notFound('a delivery', deliveryId);
    void reply.header('content-type', 'application/json; charset=utf-8');
    return deliveryJson(found);
  }
}
