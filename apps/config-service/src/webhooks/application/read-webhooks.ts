import type { Webhook } from '../domain/webhook.ts';
import type { ExecutionStats, ExecutionStatsSource, StatsReader } from './execution-stats.port.ts';
import type { WebhookJournal } from './webhook-journal.port.ts';
import type { WebhookList } from './webhook-list.port.ts';

export interface ReadOptions {
  readonly window?: { readonly offset: number; readonly limit: number };
  readonly includeExecutionStats: boolean;
}

export interface WebhookWithStats {
  readonly webhook: Webhook;
  readonly stats?: ExecutionStats;
}

export interface WebhooksRead {
  readonly webhooks: readonly WebhookWithStats[];
  readonly total: number;
  /** Stats were asked for, and whoever counts did not answer: the webhooks are given without. */
  readonly isMissingStats: boolean;
}

export class ReadWebhooks {
  readonly #journal: WebhookJournal;
  readonly #list: WebhookList;
  readonly #stats: ExecutionStatsSource;

  constructor(journal: WebhookJournal, list: WebhookList, stats: ExecutionStatsSource) {
    this.#journal = journal;
    this.#list = list;
    this.#stats = stats;
  }

  async list(reader: StatsReader, options: ReadOptions): Promise<WebhooksRead> {
    const { webhooks, total } = await this.#list.list(reader.tenantId, options.window);
    return { ...(await this.#withStats(reader, webhooks, options.includeExecutionStats)), total };
  }

  /** One webhook, or undefined where the tenant has none of that id. */
  async find(reader: StatsReader, id: string, options: Omit<ReadOptions, 'window'>): Promise<WebhooksRead | undefined> {
    const history = await this.#journal.load(reader.tenantId, id);
    if (history.kind !== 'alive') return undefined;
    return { ...(await this.#withStats(reader, [history.webhook], options.includeExecutionStats)), total: 1 };
  }

  async #withStats(
    reader: StatsReader,
    webhooks: readonly Webhook[],
    isWanted: boolean,
  ): Promise<Omit<WebhooksRead, 'total'>> {
    if (!isWanted || webhooks.length === 0) {
      return { webhooks: webhooks.map((webhook) => ({ webhook })), isMissingStats: false };
    }
    const stats = await this.#stats.statsOf(
      reader,
      webhooks.map(({ id }) => id),
    );
    const withStats = webhooks.map((webhook) => {
      const counted = stats?.get(webhook.id);
      return counted === undefined ? { webhook } : { webhook, stats: counted };
    });
    return { webhooks: withStats, isMissingStats: stats === undefined };
  }
}
