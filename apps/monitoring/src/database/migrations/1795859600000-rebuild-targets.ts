import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far a rebuild has to come, so that one that was killed and carried out by others is not taken for one under way. */
export class RebuildTargets1795859600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Null where an older version began it: then it is begun anew.
    await runner.query('ALTER TABLE monitoring.rebuild ADD COLUMN targets jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE monitoring.rebuild DROP COLUMN targets');
  }
}
