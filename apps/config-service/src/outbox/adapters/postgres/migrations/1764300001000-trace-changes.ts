import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows of the outbox say what they changed, for those who follow the changes of webhooks from a position. */
export class TraceChanges1764300001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE outbox
        ADD COLUMN previous_version integer,
        ADD COLUMN is_republished boolean NOT NULL DEFAULT false`);
    // One change may have taken several versions: at worst a webhook is told as it was within its change.
    await runner.query("UPDATE outbox SET previous_version = version - 1 WHERE topic = 'webhooks'");
    await runner.query(
      "CREATE INDEX outbox_changes ON outbox (position) WHERE topic = 'webhooks' AND NOT is_republished",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox DROP COLUMN previous_version, DROP COLUMN is_republished');
  }
}
