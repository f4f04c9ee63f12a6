import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks that operators were warned of: their deliveries end in failure. */
export class CreateFailingWebhooks1764400001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE failing_webhook (
        webhook_id text PRIMARY KEY,
        failing_since_ms bigint NOT NULL,
        warned_at_ms bigint NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE failing_webhook');
  }
}
