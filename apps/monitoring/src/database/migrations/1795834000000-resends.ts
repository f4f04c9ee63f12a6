import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which rounds of deliveries were asked for, one by one and in bulk. */
export class Resends1795834000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The key makes of two requests for the same round one.
    await runner.query(`
      CREATE TABLE monitoring.resend (
        delivery_id uuid NOT NULL,
        round int4 NOT NULL,
        tenant_id text NOT NULL,
        webhook_id text NOT NULL,
        bulk_id uuid,
        requested_at timestamptz NOT NULL,
        requested_by text NOT NULL,
        relayed_at timestamptz,
        PRIMARY KEY (delivery_id, round)
      )`);
    await runner.query(`
      CREATE INDEX resend_unrelayed ON monitoring.resend (requested_at, delivery_id) WHERE relayed_at IS NULL`);
    await runner.query('CREATE INDEX resend_by_time ON monitoring.resend (requested_at)');
    await runner.query(`
      CREATE TABLE monitoring.bulk_resend (
        id uuid PRIMARY KEY,
        tenant_id text NOT NULL,
        webhook_id text NOT NULL,
        state text NOT NULL,
        filter_state text NOT NULL,
        filter_from timestamptz NOT NULL,
        filter_to timestamptz NOT NULL,
        filter_event_type text,
        rate_per_second int4 NOT NULL,
        matching int4 NOT NULL,
        resent int4 NOT NULL DEFAULT 0,
        passed_over int4 NOT NULL DEFAULT 0,
        after_at timestamptz,
        after_id uuid,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        ended_at timestamptz
      )`);
    await runner.query(`
      CREATE INDEX bulk_resend_by_webhook ON monitoring.bulk_resend (webhook_id, tenant_id, created_at DESC)`);
    await runner.query("CREATE INDEX bulk_resend_running ON monitoring.bulk_resend (id) WHERE state = 'running'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE monitoring.bulk_resend, monitoring.resend');
  }
}
