import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was told to be deleted, until its tombstone is written. */
export class RememberDeletions1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE told_deletion (
        topic text NOT NULL,
        key text NOT NULL,
        tenant_id text NOT NULL,
        tombstone_at_ms bigint NOT NULL,
        PRIMARY KEY (topic, key)
      )`);
    await runner.query('CREATE INDEX told_deletion_due ON told_deletion (tombstone_at_ms)');
    await runner.query(`
      INSERT INTO told_deletion (topic, key, tenant_id, tombstone_at_ms)
      SELECT 'webhooks', webhook_id, tenant_id, at_ms + 2592000000 FROM webhook_event WHERE type = 'Deleted'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE told_deletion');
  }
}
