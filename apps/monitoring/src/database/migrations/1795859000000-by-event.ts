import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './by-partition.ts';

/** Deliveries of one event type are found without reading those of all others; it never changes, so that no update costs more. */
export class ByEvent1795859000000 implements MigrationInterface {
  /** An index cannot be built beside writers within a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, {
      name: 'delivery_by_event',
      table: 'delivery',
      definition: '(webhook_id, event_type, first_scheduled_at DESC, delivery_id DESC)',
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX monitoring.delivery_by_event');
  }
}
