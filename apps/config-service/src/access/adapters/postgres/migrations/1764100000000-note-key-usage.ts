import type { MigrationInterface, QueryRunner } from 'typeorm';

export class NoteKeyUsage1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_key ADD COLUMN last_used_at_ms bigint');
    await runner.query('CREATE INDEX api_key_of_tenant ON api_key (tenant_id, created_at_ms DESC)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX api_key_of_tenant');
    await runner.query('ALTER TABLE api_key DROP COLUMN last_used_at_ms');
  }
}
