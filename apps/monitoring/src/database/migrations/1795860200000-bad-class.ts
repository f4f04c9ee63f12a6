import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex, byPartition } from './by-partition.ts';

const IS_SO = `state IN ('failed', 'expired', 'skipped')`;
const BAD_CLASS = `CASE WHEN NEW.${IS_SO} THEN NEW.status_code / 100 END`;

/**
 * What ended badly is found by the class of its answer's status too: a webhook whose deliveries all fail by timeouts would be read
 * as a whole for its few answers. Kept by the trigger that keeps `ended_badly`, for the same reasons; null where there is none.
 */
export class BadClass1795860200000 implements MigrationInterface {
  /** Each step by itself, as in {@link EndedBadly1795858200000}. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE monitoring.delivery ADD COLUMN IF NOT EXISTS bad_class int2');
    await runner.query(`
      CREATE OR REPLACE FUNCTION monitoring.mark_ended_badly() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.ended_badly := NEW.${IS_SO};
        NEW.bad_class := ${BAD_CLASS};
        RETURN NEW;
      END $$`);
    await runner.query(`
      CREATE OR REPLACE TRIGGER delivery_ended_badly BEFORE INSERT OR UPDATE ON monitoring.delivery
      FOR EACH ROW WHEN (NEW.ended_badly <> (NEW.${IS_SO}) OR NEW.bad_class IS DISTINCT FROM (${BAD_CLASS}))
      EXECUTE FUNCTION monitoring.mark_ended_badly()`);
    await byPartition(runner, 'delivery', async (partition) => {
      // The trigger marks what is written.
      await runner.query(`
        UPDATE monitoring.${partition} SET bad_class = NULL
        WHERE ended_badly AND bad_class IS DISTINCT FROM status_code / 100`);
    });
    await buildIndex(runner, {
      name: 'delivery_by_bad_class',
      table: 'delivery',
      definition: '(webhook_id, bad_class, first_scheduled_at DESC, delivery_id DESC) WHERE bad_class IS NOT NULL',
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE TRIGGER delivery_ended_badly BEFORE INSERT OR UPDATE ON monitoring.delivery
      FOR EACH ROW WHEN (NEW.ended_badly <> (NEW.${IS_SO})) EXECUTE FUNCTION monitoring.mark_ended_badly()`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION monitoring.mark_ended_badly() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.ended_badly := NEW.${IS_SO};
        RETURN NEW;
      END $$`);
    await runner.query('ALTER TABLE monitoring.delivery DROP COLUMN bad_class');
  }
}
