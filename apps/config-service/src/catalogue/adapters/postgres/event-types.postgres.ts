import { encodeEventType, eventTypeKey } from '@signalbox/contracts';
import type { EventTypeRecord } from '@signalbox/contracts';
import { inTransaction, rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import { epochOf, fillOutbox, forgetDeletion } from '../../../outbox/outbox.ts';
import type { ChangeRefusal, EventTypeStore, EventTypeTarget } from '../../application/event-type-store.port.ts';
import type { EventTypeContent, OwnEventType } from '../../domain/own-event-type.ts';
import { MAX_OWN_EVENT_TYPES } from '../../domain/own-event-type.ts';
import type { EventTypeLookup } from '../../event-type-lookup.port.ts';

const COLUMNS = `tenant_id AS "tenantId", name, version, (SELECT current FROM epoch) || '.' || version AS "stateTag",
  group_name AS "group", description, example, schema,
  is_deprecated AS "isDeprecated", created_at_ms AS "createdAtMs", updated_at_ms AS "updatedAtMs"`;

/** Own event types in Postgres; each change is told through the outbox in the same transaction. */
export class PostgresEventTypes implements EventTypeStore, EventTypeLookup {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async list(tenantId: string): Promise<readonly OwnEventType[]> {
    return rowsOf(this.#dataSource, `SELECT ${COLUMNS} FROM event_type WHERE tenant_id = $1 ORDER BY name`, [tenantId]);
  }

  async find(tenantId: string, name: string): Promise<OwnEventType | undefined> {
    return found(this.#dataSource, { tenantId, name }, '');
  }

  async ownAmong(tenantId: string, names: readonly string[]): ReturnType<EventTypeLookup['ownAmong']> {
    if (names.length === 0) return new Map();
    const rows = await rowsOf<{ name: string; example: Readonly<Record<string, unknown>> }>(
      this.#dataSource,
      'SELECT name, example FROM event_type WHERE tenant_id = $1 AND name = ANY ($2)',
      [tenantId, names],
    );
    return new Map(rows.map(({ name, example }) => [name, { example }]));
  }

  async create(
    { tenantId, name }: EventTypeTarget,
    content: EventTypeContent,
    atMs: number,
  ): ReturnType<EventTypeStore['create']> {
    return inTransaction(this.#dataSource, async (transaction) => {
      // One at a time in a tenant: the limit holds, and whoever makes a deleted name anew gets the higher version.
      await rowsOf(transaction, "SELECT pg_advisory_xact_lock(hashtextextended('event-types:' || $1, 0))", [tenantId]);
      if ((await found(transaction, { tenantId, name }, '')) !== undefined) return { kind: 'taken' };
      const [counted] = await rowsOf<{ count: number }>(
        transaction,
        'SELECT count(*)::int AS count FROM event_type WHERE tenant_id = $1',
        [tenantId],
      );
      if ((counted?.count ?? 0) >= MAX_OWN_EVENT_TYPES) return { kind: 'too-many' };
      await forgetDeletion(transaction, 'event-types', eventTypeKey({ tenantId, name }));
      const [type] = await rowsOf<OwnEventType>(
        transaction,
        `INSERT INTO event_type (tenant_id, name, version, group_name, description, example, schema, is_deprecated,
           created_at_ms, updated_at_ms)
         VALUES ($1, $2, nextval('event_type_version'), $3, $4, $5, $6, $7, $8, $8) RETURNING ${COLUMNS}`,
        [tenantId, name, ...parametersOf(content), atMs],
      );
      return { kind: 'written', type: await told(transaction, type, atMs) };
    });
  }

  async change(
    target: EventTypeTarget,
    change: (current: OwnEventType) => EventTypeContent,
    atMs: number,
  ): ReturnType<EventTypeStore['change']> {
    return inTransaction(this.#dataSource, async (transaction) => {
      const current = await found(transaction, target, 'FOR NO KEY UPDATE');
      const refusal = refusalOf(target, current);
      if (refusal !== undefined || current === undefined) return refusal ?? { kind: 'not-found' };
      const [type] = await rowsOf<OwnEventType>(
        transaction,
        `UPDATE event_type SET version = nextval('event_type_version'), group_name = $3, description = $4, example = $5,
           schema = $6, is_deprecated = $7, updated_at_ms = $8
         WHERE tenant_id = $1 AND name = $2 RETURNING ${COLUMNS}`,
        [target.tenantId, target.name, ...parametersOf(change(current)), atMs],
      );
      return { kind: 'written', type: await told(transaction, type, atMs) };
    });
  }

  async delete(target: EventTypeTarget, atMs: number): ReturnType<EventTypeStore['delete']> {
    const { tenantId, name } = target;
    return inTransaction(this.#dataSource, async (transaction) => {
      // Waits for webhooks that are being subscribed to it, and makes later ones wait (`missingEventTypes`).
      const current = await found(transaction, target, 'FOR UPDATE');
      const refusal = refusalOf(target, current);
      if (refusal !== undefined) return refusal;
      const [used] = await rowsOf<{ webhooks: number }>(
        transaction,
        'SELECT count(*)::int AS webhooks FROM webhook WHERE tenant_id = $1 AND (events @> ARRAY[$2] OR event = $2)',
        [tenantId, name],
      );
      if (used !== undefined && used.webhooks > 0) return { kind: 'in-use', webhooks: used.webhooks };
      await rowsOf(transaction, 'DELETE FROM event_type WHERE tenant_id = $1 AND name = $2', [tenantId, name]);
      const [next] = await rowsOf<{ version: number }>(
        transaction,
        `SELECT nextval('event_type_version')::float8 AS version`,
      );
      const deletion = { deleted: true, tenantId, name, version: next?.version ?? 0, deletedAtMs: atMs } as const;
      await tell(transaction, deletion, atMs);
      return { kind: 'deleted' };
    });
  }
}

async function found(
  runner: SqlRunner,
  { tenantId, name }: EventTypeTarget,
  lock: '' | 'FOR UPDATE' | 'FOR NO KEY UPDATE',
): Promise<OwnEventType | undefined> {
  const sql = `SELECT ${COLUMNS} FROM event_type WHERE tenant_id = $1 AND name = $2 ${lock}`;
  const [type] = await rowsOf<OwnEventType>(runner, sql, [tenantId, name]);
  return type;
}

function refusalOf({ ifTags }: EventTypeTarget, current: OwnEventType | undefined): ChangeRefusal | undefined {
  if (current === undefined) return { kind: 'not-found' };
  const isOther = ifTags?.includes(current.stateTag) === false;
  return isOther ? { kind: 'version-mismatch', version: current.version } : undefined;
}

function parametersOf({ group, description, example, schema, isDeprecated }: EventTypeContent): readonly unknown[] {
  return [group, description, JSON.stringify(example), schema === null ? null : JSON.stringify(schema), isDeprecated];
}

async function told(transaction: SqlRunner, type: OwnEventType | undefined, atMs: number): Promise<OwnEventType> {
  if (type === undefined) throw new Error('an event type was written and not returned');
  const { tenantId, name, version, isDeprecated } = type;
  await tell(transaction, { deleted: false, tenantId, name, version, deprecated: isDeprecated }, atMs);
  return type;
}

type WithoutEpoch<Record> = Record extends unknown ? Omit<Record, 'epoch'> : never;

async function tell(transaction: SqlRunner, record: WithoutEpoch<EventTypeRecord>, atMs: number): Promise<void> {
  const epoch = await epochOf(transaction);
  const message = {
    topic: 'event-types',
    key: eventTypeKey(record),
    value: encodeEventType({ ...record, epoch }),
    tenantId: record.tenantId,
    isDeletion: record.deleted,
  } as const;
  await fillOutbox(transaction, [message], { epoch, atMs });
}
