import type { ReadinessCheck } from '@signalbox/observability';
import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';

/** Without the database nothing can be answered. Without Kafka the service goes on: changes wait in the outbox. */
export function databaseReadiness(database: SqlRunner): ReadinessCheck {
  return {
    name: 'postgres',
    async reasonNotReady() {
      await rowsOf(database, 'SELECT 1');
      return null;
    },
  };
}
