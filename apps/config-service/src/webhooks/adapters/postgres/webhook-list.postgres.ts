import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { In } from 'typeorm';
import type { ListOrder, WebhookFilter, WebhookList, WebhookPage } from '../../application/webhook-list.port.ts';
import type { Webhook } from '../../domain/webhook.ts';
import { webhookOf } from './webhook-row.ts';
import { WebhookEntity } from './webhook.entity.ts';

/** A tenant's webhooks by filter and order. */
export class PostgresWebhookList implements WebhookList {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async list(
    tenantId: string,
    filter: WebhookFilter,
    order: ListOrder,
    window?: { readonly offset: number; readonly limit: number },
  ): Promise<WebhookPage> {
    const query = ordered(this.#matching(tenantId, filter), order);
    if (window === undefined) {
      const rows = await query.getMany();
      return { webhooks: rows.map(webhookOf), total: rows.length };
    }
    const [rows, total] = await query.skip(window.offset).take(window.limit).getManyAndCount();
    return { webhooks: rows.map(webhookOf), total };
  }

  async ids(tenantId: string, filter: WebhookFilter, order: ListOrder, limit: number): Promise<readonly string[]> {
    const query = ordered(this.#matching(tenantId, filter).select('webhook.id'), order);
    return (await query.take(limit).getMany()).map(({ id }) => id);
  }

  async byIds(tenantId: string, ids: readonly string[]): Promise<readonly Webhook[]> {
    const rows = await this.#dataSource.manager.findBy(WebhookEntity, { tenantId, id: In([...ids]) });
    const byId = new Map(rows.map((row) => [row.id, webhookOf(row)]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  #matching(tenantId: string, filter: WebhookFilter): SelectQueryBuilder<WebhookEntity> {
    const { search, isEnabled, event } = filter;
    const query = this.#dataSource.manager
      .createQueryBuilder(WebhookEntity, 'webhook')
      .where('webhook.tenantId = :tenantId', { tenantId });
    if (search !== undefined) {
      const part = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
      query.andWhere('(webhook.name ILIKE :part OR webhook.url ILIKE :part OR webhook.id ILIKE :part)', { part });
    }
    if (isEnabled !== undefined) query.andWhere('webhook.enabled = :isEnabled', { isEnabled });
    if (event !== undefined) {
      // The legacy event counts only while the list is empty.
      query.andWhere("(webhook.events @> ARRAY[:event] OR (webhook.events = '{}' AND webhook.event = :event))", {
        event,
      });
    }
    return query;
  }
}

function ordered(query: SelectQueryBuilder<WebhookEntity>, order: ListOrder): SelectQueryBuilder<WebhookEntity> {
  const direction = order.startsWith('-') ? 'DESC' : 'ASC';
  if (order === 'name' || order === '-name') query.addOrderBy('webhook.name', direction);
  return query.addOrderBy('webhook.createdAtMs', direction).addOrderBy('webhook.createdOrder', direction);
}
