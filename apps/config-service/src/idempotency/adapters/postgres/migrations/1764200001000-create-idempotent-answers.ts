import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateIdempotentAnswers1764200001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotent_answer (
        tenant_id text NOT NULL,
        actor text NOT NULL,
        key text NOT NULL,
        sealed text NOT NULL,
        created_at_ms bigint NOT NULL,
        PRIMARY KEY (tenant_id, actor, key)
      )`);
    await runner.query('CREATE INDEX idempotent_answer_oldest ON idempotent_answer (created_at_ms)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotent_answer');
  }
}
