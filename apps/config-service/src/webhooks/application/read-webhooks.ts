import type { Health, Traffic, TrafficOrder } from '../domain/traffic.ts';
import { TRAFFIC_ORDERS, byTraffic, healthOf } from '../domain/traffic.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { CountedDeliveries, ExecutionStats, ExecutionStatsSource, StatsReader } from './execution-stats.port.ts';
import type { LoadedWebhook, WebhookJournal } from './webhook-journal.port.ts';
import type { ListOrder, WebhookFilter, WebhookList } from './webhook-list.port.ts';

export interface ListQuery {
  readonly filter: WebhookFilter;
  readonly health?: Health;
  /** Default: newest first. */
  readonly order?: ListOrder | TrafficOrder;
}

export interface ReadOptions {
  readonly query?: ListQuery;
  readonly window?: { readonly offset: number; readonly limit: number };
  readonly includeExecutionStats: boolean;
}

export interface WebhookWithStats {
  readonly webhook: Webhook;
  readonly stats?: ExecutionStats;
}

export interface WebhookRead extends WebhookWithStats, LoadedWebhook {
  /** As of many. */
  readonly isMissingStats: boolean;
}

export interface WebhooksRead {
  readonly webhooks: readonly WebhookWithStats[];
  readonly total: number;
  /** Stats were asked for, and whoever counts did not answer: the webhooks are given without. */
  readonly isMissingStats: boolean;
}

/** Why there is no list. */
export type ListRefusal =
  /** The traffic of so many cannot be compared in the time of an answer. */
  | { readonly kind: 'too-many'; readonly max: number }
  /** Who is healthy is not known now; any list would be wrong. */
  | { readonly kind: 'stats-unavailable' };

/** Webhooks whose traffic is compared for one answer: ten calls to whoever counts. */
const MAX_COMPARED = 1_000;

export class ReadWebhooks {
  readonly #journal: WebhookJournal;
  readonly #list: WebhookList;
  readonly #stats: ExecutionStatsSource;

  constructor(journal: WebhookJournal, list: WebhookList, stats: ExecutionStatsSource) {
    this.#journal = journal;
    this.#list = list;
    this.#stats = stats;
  }

  /** What the versions of webhooks that are read from now on count in, at least. */
  async epoch(): Promise<number> {
    return this.#list.epoch();
  }

  /** Never refused unless the query asks for a health or an order by traffic. */
  async list(reader: StatsReader, options: ReadOptions): Promise<WebhooksRead | ListRefusal> {
    const { query = { filter: {} }, window, includeExecutionStats } = options;
    const { filter, health, order = '-createdAt' } = query;
    const byTime = isByTraffic(order) ? '-createdAt' : order;
    if (health !== undefined || isByTraffic(order)) {
      const ids = await this.#list.ids(reader.tenantId, filter, byTime, MAX_COMPARED + 1);
      if (ids.length > MAX_COMPARED) return { kind: 'too-many', max: MAX_COMPARED };
      const stats = ids.length === 0 ? new Map<string, CountedDeliveries>() : await this.#stats.statsOf(reader, ids);
      if (stats !== undefined) return this.#byTraffic(reader, options, ids, stats);
      if (health !== undefined) return { kind: 'stats-unavailable' };
    }
    const { webhooks, total } = await this.#list.list(reader.tenantId, filter, byTime, window);
    if (isByTraffic(order)) return { webhooks: webhooks.map((webhook) => ({ webhook })), total, isMissingStats: true };
    return { ...(await this.#withStats(reader, webhooks, includeExecutionStats)), total };
  }

  /** One webhook, or undefined where the tenant has none of that id. */
  async find(
    reader: StatsReader,
    id: string,
    options: Pick<ReadOptions, 'includeExecutionStats'>,
  ): Promise<WebhookRead | undefined> {
    const loaded = await this.#journal.load(reader.tenantId, id);
    if (loaded === undefined) return undefined;
    const { webhook } = loaded;
    const { webhooks, isMissingStats } = await this.#withStats(reader, [webhook], options.includeExecutionStats);
    return { ...loaded, ...webhooks[0], isMissingStats };
  }

  async #byTraffic(
    { tenantId }: StatsReader,
    { query, window, includeExecutionStats }: ReadOptions,
    ids: readonly string[],
    stats: ReadonlyMap<string, CountedDeliveries>,
  ): Promise<WebhooksRead> {
    const all = ids
      .map((id): Traffic => ({ id, ...(stats.get(id) ?? { successCount: 0, failureCount: 0, requestCount: 0 }) }))
      .filter((traffic) => query?.health === undefined || healthOf(traffic) === query.health);
    const { order = '-createdAt' } = query ?? {};
    const wanted = isByTraffic(order) ? byTraffic(all, order) : all;
    const { offset, limit } = window ?? { offset: 0, limit: wanted.length };
    const page = wanted.slice(offset, offset + limit).map(({ id }) => id);
    const webhooks = await this.#list.byIds(tenantId, page);
    const withStats = webhooks.map((webhook) => counted(webhook, includeExecutionStats ? stats : undefined));
    return { webhooks: withStats, total: wanted.length, isMissingStats: false };
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
    return { webhooks: webhooks.map((webhook) => counted(webhook, stats)), isMissingStats: stats === undefined };
  }
}

function counted(webhook: Webhook, stats: ReadonlyMap<string, CountedDeliveries> | undefined): WebhookWithStats {
  const found = stats?.get(webhook.id);
  if (found === undefined) return { webhook };
  const { successCount, requestCount } = found;
  return { webhook, stats: { successCount, requestCount } };
}

function isByTraffic(order: ListOrder | TrafficOrder): order is TrafficOrder {
  return TRAFFIC_ORDERS.some((known) => known === order);
}
