import { Gauge, metricName } from '@signalbox/observability';
import type { Registry } from '@signalbox/observability';
import type { SqlRunner } from '@signalbox/postgres';
import { outboxLagOf } from '../postgres/outbox-lag.postgres.ts';

/** How far the topic `webhooks` is behind the database, asked at every scrape. */
export function measureOutbox(registry: Registry, database: SqlRunner): void {
  const seconds = new Gauge({
    name: metricName('config-service', 'outbox_oldest', 'seconds'),
    help: 'Age of the oldest change that is not on the topic webhooks yet',
    registers: [registry],
  });
  const records = new Gauge({
    name: metricName('config-service', 'outbox_waiting', 'records'),
    help: 'Changes that are not on the topic webhooks yet',
    registers: [registry],
    async collect() {
      const lag = await outboxLagOf(database, Date.now());
      records.set(lag.records);
      seconds.set(lag.seconds);
    },
  });
}
