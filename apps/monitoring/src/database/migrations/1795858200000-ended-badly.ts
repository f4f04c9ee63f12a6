import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What ended badly is found without reading what did not. A column of its own: were `state` in the index, every change of it
 * would need new entries in all indexes.
 */
export class EndedBadly1795847100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE monitoring.delivery ADD COLUMN ended_badly boolean NOT NULL DEFAULT false');
    await runner.query(
      `UPDATE monitoring.delivery SET ended_badly = true WHERE state IN ('failed', 'expired', 'skipped')`,
    );
    await runner.query(`
      CREATE INDEX delivery_ended_badly
      ON monitoring.delivery (webhook_id, first_scheduled_at DESC, delivery_id DESC) WHERE ended_badly`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE monitoring.delivery DROP COLUMN ended_badly');
  }
}
