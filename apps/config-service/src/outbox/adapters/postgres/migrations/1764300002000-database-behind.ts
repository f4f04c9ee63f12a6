import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Set once a restored database is found to be older than the topic; `republish` clears it. */
export class DatabaseBehind1764300002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE epoch ADD COLUMN is_behind boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE epoch DROP COLUMN is_behind');
  }
}
