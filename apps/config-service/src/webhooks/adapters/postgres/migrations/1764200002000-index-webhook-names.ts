import type { MigrationInterface, QueryRunner } from 'typeorm';

export class IndexWebhookNames1764200002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX webhook_by_name ON webhook (tenant_id, name, created_at_ms, created_order)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX webhook_by_name');
  }
}
