import { Controller, Get, Inject, Param, UseFilters, UseGuards } from '@nestjs/common';
import { last24Hours } from '@signalbox/domain';
import type { Identity } from '@signalbox/identity';
import { notFound } from '../../../access/api-error.ts';
import { ApiErrorFilter } from '../../../access/api-error.filter.ts';
import { Caller, IdentityGuard, OpenTo } from '../../../access/identity.guard.ts';
import type { HealthCounts } from '../../application/health-counts.port.ts';
import { HEALTH_COUNTS } from '../../application/health-counts.port.ts';
import { healthView } from '../../domain/webhook-health.ts';

/** How a webhook has done over the last 24 hours. */
@Controller('api/hooks/:id/health')
@UseGuards(IdentityGuard)
@UseFilters(ApiErrorFilter)
export class WebhookHealthController {
  readonly #counts: HealthCounts;

  constructor(@Inject(HEALTH_COUNTS) counts: HealthCounts) {
    this.#counts = counts;
  }

  @Get()
  @OpenTo('webhooks:read', 'deliveries:read')
  async health(@Caller() { tenantId }: Identity, @Param('id') webhookId: string) {
    const nowMs = Date.now();
    const window = last24Hours(nowMs);
    const [totals, minutes] = await Promise.all([
      this.#counts.totals(tenantId, webhookId, window),
      this.#counts.minutes(tenantId, webhookId, window),
    ]);
    if (minutes.length === 0 && (await this.#counts.isForeign(tenantId, webhookId))) {
      throw notFound('a webhook', webhookId);
    }
    return healthView({ fromMs: window.fromMs, nowMs }, totals, minutes);
  }
}
