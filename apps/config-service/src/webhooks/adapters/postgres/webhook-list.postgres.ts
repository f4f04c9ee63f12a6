import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import { epochRowOf } from '../../../outbox/outbox.ts';
import type { ListOrder, WebhookFilter, WebhookList, WebhookPage } from '../../application/webhook-list.port.ts';
import type { Webhook } from '../../domain/webhook.ts';
import type { WebhookNames } from '../../webhook-names.port.ts';
import { WEBHOOK_JSON } from './webhook-row.ts';

interface ListedRow {
  readonly webhook: Webhook;
}

/** A condition with `$1` and so on for its parameters. */
interface Condition {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A tenant's webhooks by filter and order. */
export class PostgresWebhookList implements WebhookList, WebhookNames {
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
    const condition = matching(tenantId, filter);
    if (window === undefined) {
      const webhooks = await this.#webhooks(condition, order);
      return { webhooks, total: webhooks.length };
    }
    const [webhooks, total] = await Promise.all([this.#webhooks(condition, order, window), this.#count(condition)]);
    return { webhooks, total };
  }

  async ids(tenantId: string, filter: WebhookFilter, order: ListOrder, limit: number): Promise<readonly string[]> {
    const { sql, parameters } = matching(tenantId, filter);
    const rows = await rowsOf<{ id: string }>(
      this.#dataSource,
      `SELECT id FROM webhook WHERE ${sql} ORDER BY ${ORDER_SQL[order]} LIMIT $${parameters.length + 1}`,
      [...parameters, limit],
    );
    return rows.map(({ id }) => id);
  }

  async namesOf(webhookIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await rowsOf<{ id: string; name: string }>(
      this.#dataSource,
      'SELECT id, name FROM webhook WHERE id = ANY ($1)',
      [webhookIds],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  async epoch(): Promise<number> {
    return (await epochRowOf(this.#dataSource)).current;
  }

  async byIds(tenantId: string, ids: readonly string[]): Promise<readonly Webhook[]> {
    const rows = await rowsOf<ListedRow>(
      this.#dataSource,
      `SELECT ${WEBHOOK_JSON} AS webhook FROM webhook WHERE tenant_id = $1 AND id = ANY ($2)`,
      [tenantId, ids],
    );
    const byId = new Map(rows.map(({ webhook }) => [webhook.id, webhook]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async #webhooks(
    { sql, parameters }: Condition,
    order: ListOrder,
    window?: { readonly offset: number; readonly limit: number },
  ): Promise<readonly Webhook[]> {
    const limit = window === undefined ? '' : `LIMIT ${window.limit} OFFSET ${window.offset}`;
    // The page first: no JSON is made of the rows before it.
    const page = `SELECT * FROM webhook WHERE ${sql} ORDER BY ${ORDER_SQL[order]} ${limit}`;
    const rows = await rowsOf<ListedRow>(
      this.#dataSource,
      `SELECT ${WEBHOOK_JSON} AS webhook FROM (${page}) AS page ORDER BY ${ORDER_SQL[order]}`,
      parameters,
    );
    return rows.map(({ webhook }) => webhook);
  }

  async #count({ sql, parameters }: Condition): Promise<number> {
    const rows = await rowsOf<{ total: number }>(
      this.#dataSource,
      `SELECT count(*)::int AS total FROM webhook WHERE ${sql}`,
      parameters,
    );
    return rows[0]?.total ?? 0;
  }
}

/** `created_order` decides between webhooks of the same millisecond. */
const ORDER_SQL: Readonly<Record<ListOrder, string>> = {
  '-createdAt': 'created_at_ms DESC, created_order DESC',
  createdAt: 'created_at_ms, created_order',
  '-name': 'name DESC, created_at_ms DESC, created_order DESC',
  name: 'name, created_at_ms, created_order',
};

function matching(tenantId: string, { search, isEnabled, event }: WebhookFilter): Condition {
  const parameters: unknown[] = [];
  const conditions: string[] = [];
  const require = (value: unknown, condition: (place: string) => string): void => {
    parameters.push(value);
    conditions.push(condition(`$${parameters.length}`));
  };
  require(tenantId, (tenant) => `tenant_id = ${tenant}`);
  if (search !== undefined) {
    const part = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    require(part, (like) => `(name ILIKE ${like} OR url ILIKE ${like} OR id ILIKE ${like})`);
  }
  if (isEnabled !== undefined) require(isEnabled, (enabled) => `enabled = ${enabled}`);
  // The legacy event counts only while the list is empty.
  if (event !== undefined) {
    require(event, (one) => `(events @> ARRAY[${one}::text] OR (events = '{}' AND event = ${one}))`);
  }
  return { sql: conditions.join(' AND '), parameters };
}
