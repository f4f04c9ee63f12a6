import { Controller, Get, Inject, Param, Query, UseFilters, UseGuards } from '@nestjs/common';
import type { Last24Hours } from '@signalbox/domain';
import { last24Hours } from '@signalbox/domain';
import type { Identity } from '@signalbox/identity';
import { notFound } from '../../../access/api-error.ts';
import { ApiErrorFilter } from '../../../access/api-error.filter.ts';
import { Caller, IdentityGuard, OpenTo } from '../../../access/identity.guard.ts';
import type { RawQuery } from '../../../access/query-reader.ts';
import { AskHealth } from '../../application/ask-health.ts';
import type { TenantCounts } from '../../application/tenant-counts.port.ts';
import { ALL_TENANTS, TENANT_COUNTS } from '../../application/tenant-counts.port.ts';
import { healthLineView, healthView, tenantHealthView } from '../../domain/health-view.ts';
import { parseHookIds } from './hook-ids.parser.ts';

/** How webhooks have done over the last 24 hours. */
@Controller('api')
@UseGuards(IdentityGuard)
@UseFilters(ApiErrorFilter)
export class HealthController {
  readonly #health: AskHealth;
  readonly #tenants: TenantCounts;

  constructor(@Inject(AskHealth) health: AskHealth, @Inject(TENANT_COUNTS) tenants: TenantCounts) {
    this.#health = health;
    this.#tenants = tenants;
  }

  @Get('hooks/:id/health')
  @OpenTo('webhooks:read', 'deliveries:read')
  async ofWebhook(@Caller() { tenantId }: Identity, @Param('id') webhookId: string) {
    const window = windowNow();
    const health = await this.#health.ofWebhook(tenantId, webhookId, window);
    if (health === undefined) throw notFound('a webhook', webhookId);
    return healthView(window, health);
  }

  /** Of a page of webhooks, or of the whole tenant where none is named. */
  @Get('health')
  @OpenTo('webhooks:read', 'deliveries:read')
  async ofTenant(@Caller() { tenantId }: Identity, @Query() query: RawQuery) {
    const webhookIds = parseHookIds(query);
    const window = windowNow();
    if (webhookIds === null) return tenantHealthView(window, await this.#tenants.of(tenantId, window));
    const lines = await this.#health.ofPage(tenantId, webhookIds, window);
    return {
      from: window.fromMs,
      to: window.nowMs,
      data: lines.map((line) => healthLineView(window.wholeHoursFromMs, line)),
    };
  }

  /** Of all tenants together. */
  @Get('ops/health')
  @OpenTo('ops:read')
  async ofAll() {
    const window = windowNow();
    return tenantHealthView(window, await this.#tenants.of(ALL_TENANTS, window));
  }
}

function windowNow(): Last24Hours & { readonly nowMs: number } {
  const nowMs = Date.now();
  return { ...last24Hours(nowMs), nowMs };
}
