import { Gauge, metricName } from '@signalbox/observability';
import type { Registry } from '@signalbox/observability';
import type { SqlRunner } from '@signalbox/postgres';
import { outboxLagOf } from '../postgres/outbox-lag.postgres.ts';

/** How far the topics are behind the database, asked at every scrape. */
export function measureOutbox(registry: Registry, database: SqlRunner): void {
  const seconds = new Gauge({
    name: metricName('config-service', 'outbox_oldest', 'seconds'),
    help: 'Age of the oldest change that is not on its topic yet',
    registers: [registry],
  });
  const records = new Gauge({
    name: metricName('config-service', 'outbox_waiting', 'records'),
    help: 'Records that are not on their topic yet',
    registers: [registry],
    async collect() {
      const lag = await outboxLagOf(database, Date.now());
      records.set(lag.records);
      seconds.set(lag.seconds);
    },
  });
}
