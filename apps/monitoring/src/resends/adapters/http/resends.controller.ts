import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import type { Identity } from '@signalbox/identity';
import type { FastifyReply } from 'fastify';
import { ApiError, notFound } from '../../../access/api-error.ts';
import { ApiErrorFilter } from '../../../access/api-error.filter.ts';
import { Caller, IdentityGuard, OpenTo } from '../../../access/identity.guard.ts';
import type { BulkResends } from '../../application/bulk-resends.port.ts';
import { KEY_MISMATCH } from '../../application/bulk-resends.port.ts';
import { CATCHING_UP, RequestBulkResend } from '../../application/request-bulk-resend.ts';
import { RequestResend } from '../../application/request-resend.ts';
import { bulkResendView } from '../../domain/bulk-resend.ts';
import { parseResendRequest } from './resend-request.parser.ts';

export const BULK_RESENDS = Symbol('BulkResends');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Further rounds of deliveries, one or many of them. */
@Controller('api/hooks/:id')
@UseGuards(IdentityGuard)
@UseFilters(ApiErrorFilter)
export class ResendsController {
  readonly #resend: RequestResend;
  readonly #bulkResend: RequestBulkResend;
  readonly #bulks: BulkResends;

  constructor(
    @Inject(RequestResend) resend: RequestResend,
    @Inject(RequestBulkResend) bulkResend: RequestBulkResend,
    @Inject(BULK_RESENDS) bulks: BulkResends,
  ) {
    this.#resend = resend;
    this.#bulkResend = bulkResend;
    this.#bulks = bulks;
  }

  @Post('deliveries/:deliveryId/resend')
  @HttpCode(202)
  @OpenTo('deliveries:resend')
  async one(
    @Caller() { tenantId, actor }: Identity,
    @Param('id') webhookId: string,
    @Param('deliveryId') deliveryId: string,
  ) {
    const nowMs = Date.now();
    const outcome = UUID.test(deliveryId)
      ? await this.#resend.request({ tenantId, webhookId }, deliveryId, actor, nowMs)
      : { kind: 'not found' as const };
    switch (outcome.kind) {
      case 'requested':
        return { id: deliveryId, hookId: webhookId, round: outcome.round, requestedAt: nowMs };
      case 'not found':
        throw notFound('a delivery', deliveryId);
      case 'round open':
        throw new ApiError('delivery.round_open', 'a round of this delivery is open; resend it when that has ended', {
          data: { nextAttemptAt: outcome.nextAttemptAtMs ?? nowMs },
        });
      case 'body not kept':
        throw new ApiError('entity.invalid_input', 'what was sent is not kept, so it cannot be sent again');
      case 'catching up':
        throw catchingUp();
    }
    return outcome satisfies never;
  }

  @Post('resends')
  @OpenTo('deliveries:resend')
  async many(
    @Caller() { tenantId, actor }: Identity,
    @Param('id') webhookId: string,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const nowMs = Date.now();
    const request = parseResendRequest(body);
    const owner = { tenantId, webhookId };
    if (request.isDryRun) {
      const matching = await this.#bulkResend.count(owner, request.filter, nowMs);
      if (matching === CATCHING_UP) throw catchingUp();
      void reply.status(200);
      return { dryRun: true, matching };
    }
    const bulk = await this.#bulkResend.create(owner, {
      request,
      actor,
      atMs: nowMs,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
    if (bulk === CATCHING_UP) throw catchingUp();
    if (bulk === KEY_MISMATCH) {
      throw new ApiError(
        'request.idempotency_mismatch',
        'the Idempotency-Key belongs to another request; use a new one',
      );
    }
    void reply.status(202);
    return bulkResendView(bulk);
  }

  @Get('resends')
  @OpenTo('deliveries:read')
  async list(@Caller() { tenantId }: Identity, @Param('id') webhookId: string) {
    const bulks = await this.#bulks.list({ tenantId, webhookId });
    return { data: bulks.map(bulkResendView) };
  }

  @Get('resends/:resendId')
  @OpenTo('deliveries:read')
  async progress(@Caller() { tenantId }: Identity, @Param('id') webhookId: string, @Param('resendId') id: string) {
    const bulk = UUID.test(id) ? await this.#bulks.find({ tenantId, webhookId }, id) : undefined;
    if (bulk === undefined) throw notFound('a resend', id);
    return bulkResendView(bulk);
  }

  @Delete('resends/:resendId')
  @HttpCode(202)
  @OpenTo('deliveries:resend')
  async cancel(@Caller() { tenantId }: Identity, @Param('id') webhookId: string, @Param('resendId') id: string) {
    const bulk = UUID.test(id) ? await this.#bulks.cancel({ tenantId, webhookId }, id, Date.now()) : undefined;
    if (bulk === undefined) throw notFound('a resend', id);
    return bulkResendView(bulk);
  }
}

function catchingUp(): ApiError {
  return new ApiError('service.unavailable', 'the log is still being read up to its end; try again soon');
}
