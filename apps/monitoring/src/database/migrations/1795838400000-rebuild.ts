import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row while the read models are being built anew, so that a rebuild that was killed is continued and not begun again. */
export class Rebuild1795838400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE monitoring.rebuild (started_at timestamptz NOT NULL DEFAULT now())');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE monitoring.rebuild');
  }
}
