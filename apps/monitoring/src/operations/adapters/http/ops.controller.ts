import { Controller, Get, Inject, Query, UseFilters, UseGuards } from '@nestjs/common';
import { last24Hours } from '@signalbox/domain';
import { ApiErrorFilter } from '../../../access/api-error.filter.ts';
import { ApiError } from '../../../access/api-error.ts';
import { IdentityGuard, OpenTo } from '../../../access/identity.guard.ts';
import type { RawQuery } from '../../../access/query-reader.ts';
import { QueryReader } from '../../../access/query-reader.ts';
import { LagWatch } from '../../application/lag-watch.ts';
import type { TroubledWebhooks } from '../../application/troubled-webhooks.port.ts';
import { TROUBLED_WEBHOOKS } from '../../application/troubled-webhooks.port.ts';
import { lagView } from '../../domain/lag-view.ts';
import { TROUBLE_SORTS, troubledWebhookView } from '../../domain/troubled-webhook.ts';

/** Older than this, a look at the lag says too little about now. */
const MAX_REPORT_AGE_MS = 60_000;

/** Who is failing and how late we are, over all tenants: for the operator. */
@Controller('api/ops')
@UseGuards(IdentityGuard)
@UseFilters(ApiErrorFilter)
export class OpsController {
  constructor(
    @Inject(TROUBLED_WEBHOOKS) private readonly webhooks: TroubledWebhooks,
    @Inject(LagWatch) private readonly lagWatch: LagWatch,
  ) {}

  @Get('webhooks')
  @OpenTo('ops:read')
  async worst(@Query() query: RawQuery) {
    const reader = new QueryReader(query);
    const sort = reader.choice('sort', TROUBLE_SORTS) ?? 'failing';
    const limit = reader.integer('limit', { min: 1, max: 100, byDefault: 50 });
    reader.check();
    const nowMs = Date.now();
    const worst = await this.webhooks.worst(sort, last24Hours(nowMs), limit);
    return { at: nowMs, webhooks: worst.map((webhook) => troubledWebhookView(webhook, nowMs)) };
  }

  @Get('lag')
  @OpenTo('ops:read')
  lag() {
    const { report } = this.lagWatch;
    if (report === undefined || Date.now() - report.atMs > MAX_REPORT_AGE_MS) {
      throw new ApiError('service.unavailable', 'Kafka does not tell how far its consumers are; try again soon');
    }
    return lagView(report);
  }
}
