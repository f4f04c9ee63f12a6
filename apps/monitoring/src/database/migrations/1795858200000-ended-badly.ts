import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, byPartition } from './by-partition.ts';

const IS_SO = `state IN ('failed', 'expired', 'skipped')`;

/**
 * What ended badly is found without reading what did not. A column of its own: were `state` in the index, every change of it
 * would need new entries in all indexes. Postgres keeps it right whoever writes, as an older process that knows nothing of it;
 * by a trigger, because to add a generated column all that is stored would be written anew while nobody can read it.
 */
export class EndedBadly1795858200000 implements MigrationInterface {
  /** Each step by itself: none holds a lock for longer than it takes, and all of them may be done again. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE monitoring.delivery ADD COLUMN IF NOT EXISTS ended_badly boolean NOT NULL DEFAULT false`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION monitoring.mark_ended_badly() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.ended_badly := NEW.${IS_SO};
        RETURN NEW;
      END $$`);
    // Where the mark is right already, which it mostly is, no function is called.
    await runner.query(`
      CREATE OR REPLACE TRIGGER delivery_ended_badly BEFORE INSERT OR UPDATE ON monitoring.delivery
      FOR EACH ROW WHEN (NEW.ended_badly <> (NEW.${IS_SO})) EXECUTE FUNCTION monitoring.mark_ended_badly()`);
    await byPartition(runner, 'delivery', async (partition) => {
      await runner.query(
        `UPDATE monitoring.${partition} SET ended_badly = NOT ended_badly WHERE ended_badly <> (${IS_SO})`,
      );
    });
    await buildIndex(runner, {
      name: 'delivery_ended_badly',
      table: 'delivery',
      definition: '(webhook_id, first_scheduled_at DESC, delivery_id DESC) WHERE ended_badly',
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER delivery_ended_badly ON monitoring.delivery');
    await runner.query('DROP FUNCTION monitoring.mark_ended_badly');
    await runner.query('ALTER TABLE monitoring.delivery DROP COLUMN ended_badly');
  }
}
