import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which database was last found to be not older than the topic; null until one was. */
export class KnowDatabase1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE epoch ADD COLUMN known_as text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE epoch DROP COLUMN known_as');
  }
}
