import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Decisions about dead letters are held by a lease, and a record that is put aside again is found by where it lay. */
export class LettersOnce1795847000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE monitoring.dead_letter ADD COLUMN held_until timestamptz');
    await runner.query(`
      CREATE INDEX dead_letter_by_source
      ON monitoring.dead_letter (source_topic, source_partition, source_offset)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX monitoring.dead_letter_by_source');
    await runner.query('ALTER TABLE monitoring.dead_letter DROP COLUMN held_until');
  }
}
