import { setTimeout as delay } from 'node:timers/promises';
import { Gauge, metricName } from '@signalbox/observability';
import type { Registry } from '@signalbox/observability';
import type { SqlRunner } from '@signalbox/postgres';
import type { OutboxLag } from '../postgres/outbox-lag.postgres.ts';
import { outboxLagOf } from '../postgres/outbox-lag.postgres.ts';

/** A scrape waits no longer than this for the database. */
const WITHIN_MS = 1_000;
const UNKNOWN: OutboxLag = { records: NaN, seconds: NaN };

/**
 * How far the topics are behind the database, asked at every scrape. While the database is away both are NaN: one gauge
 * that fails would take all other metrics of the process with it, when they are needed most.
 */
export function measureOutbox(registry: Registry, database: SqlRunner, withinMs = WITHIN_MS): void {
  // Asked once for both: a scrape asks all gauges in the same turn.
  let asked: Promise<OutboxLag> | undefined;
  const ask = async (): Promise<OutboxLag> => {
    asked ??= Promise.race([
      outboxLagOf(database, Date.now()).catch(() => UNKNOWN),
      delay(withinMs, UNKNOWN, { ref: false }),
    ]).finally(() => (asked = undefined));
    return asked;
  };
  const gauge = (what: string, unit: keyof OutboxLag, help: string): void => {
    registry.registerMetric(
      new Gauge({
        name: metricName('config-service', what, unit),
        help: `${help}; NaN while the database does not answer`,
        registers: [],
        async collect() {
          this.set((await ask())[unit]);
        },
      }),
    );
  };
  gauge('outbox_oldest', 'seconds', 'Age of the oldest change that is not on its topic yet');
  gauge('outbox_waiting', 'records', 'Records that are not on their topic yet');
}
