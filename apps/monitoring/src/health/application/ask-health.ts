import type { Last24Hours } from '@signalbox/domain';
import type { ListedHealth, WebhookHealth } from '../domain/health-view.ts';
import type { BreakerHistory, HealthCounts, HealthPages } from './health-counts.port.ts';

/** Answers how webhooks have done, for a tenant; what belongs to another tenant is not there. */
export class AskHealth {
  readonly #counts: HealthCounts;
  readonly #pages: HealthPages;
  readonly #breakers: BreakerHistory;

  constructor(counts: HealthCounts, pages: HealthPages, breakers: BreakerHistory) {
    this.#counts = counts;
    this.#pages = pages;
    this.#breakers = breakers;
  }

  /** Undefined for another tenant's webhook; one without deliveries has zeros. */
  async ofWebhook(tenantId: string, webhookId: string, window: Last24Hours): Promise<WebhookHealth | undefined> {
    const [totals, series, oldestOpen, breakerChanges] = await Promise.all([
      this.#counts.totals(tenantId, webhookId, window),
      this.#counts.minutes(tenantId, webhookId, window),
      this.#pages.oldestOpen(tenantId, [webhookId]),
      this.#breakers.changes(tenantId, webhookId, window.fromMs),
    ]);
    if (series.length === 0 && (await this.#counts.isForeign(tenantId, webhookId))) return undefined;
    return { webhookId, totals, series, breakerChanges, oldestOpenAtMs: oldestOpen.get(webhookId) ?? null };
  }

  /** In the order asked. */
  async ofPage(tenantId: string, webhookIds: readonly string[], window: Last24Hours): Promise<readonly ListedHealth[]> {
    const [lines, oldestOpen, breakers] = await Promise.all([
      this.#pages.lines(tenantId, webhookIds, window),
      this.#pages.oldestOpen(tenantId, webhookIds),
      this.#breakers.latest(tenantId, webhookIds),
    ]);
    return lines.map((line) => ({
      webhookId: line.webhookId,
      totals: line,
      hours: line.hours,
      breakerChanges: breakers.get(line.webhookId) ?? [],
      oldestOpenAtMs: oldestOpen.get(line.webhookId) ?? null,
    }));
  }
}
