import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Finds the few deliveries that ended badly among the many that did not. The index is on a generated column: it is the same
 * before and after a delivery succeeds, so that this update still finds room on its page and needs no new index entry.
 */
export class FindWhatEndedBadly1795834001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE monitoring.delivery ADD COLUMN has_ended_badly boolean NOT NULL
      GENERATED ALWAYS AS (state IN ('failed', 'expired', 'skipped')) STORED`);
    await runner.query(`
      CREATE INDEX delivery_ended_badly
      ON monitoring.delivery (webhook_id, first_scheduled_at DESC, delivery_id DESC) WHERE has_ended_badly`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE monitoring.delivery DROP COLUMN has_ended_badly');
  }
}
