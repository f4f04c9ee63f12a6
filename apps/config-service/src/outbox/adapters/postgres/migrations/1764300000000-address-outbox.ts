import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows of the outbox say where they go, so that every slice can tell of its changes in its own transaction. */
export class AddressOutbox1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE outbox RENAME COLUMN webhook_id TO key');
    await runner.query(`
      ALTER TABLE outbox
        ADD COLUMN topic text NOT NULL DEFAULT 'webhooks',
        ADD COLUMN headers jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN tenant_id text,
        ALTER COLUMN version DROP NOT NULL,
        ALTER COLUMN value DROP NOT NULL`);
    await runner.query(`UPDATE outbox SET tenant_id = value::json ->> 'tenantId'`);
    await runner.query('ALTER TABLE outbox ALTER COLUMN tenant_id SET NOT NULL, ALTER COLUMN topic DROP DEFAULT');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DELETE FROM outbox WHERE topic <> 'webhooks' OR value IS NULL");
    await runner.query(`
      ALTER TABLE outbox
        DROP COLUMN topic, DROP COLUMN headers, DROP COLUMN tenant_id,
        ALTER COLUMN version SET NOT NULL, ALTER COLUMN value SET NOT NULL`);
    await runner.query('ALTER TABLE outbox RENAME COLUMN key TO webhook_id');
  }
}
