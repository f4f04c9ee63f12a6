import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateWebhooks1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The audit trail: nothing is ever changed or deleted in it, and the rows below can be rebuilt from it.
    await runner.query(`
      CREATE TABLE webhook_event (
        webhook_id text NOT NULL,
        version integer NOT NULL CHECK (version > 0),
        tenant_id text NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL,
        actor text NOT NULL,
        at_ms bigint NOT NULL,
        PRIMARY KEY (webhook_id, version)
      )`);
    await runner.query(`
      CREATE TABLE webhook (
        id text PRIMARY KEY,
        tenant_id text NOT NULL,
        version integer NOT NULL,
        name text NOT NULL,
        event text,
        events text[] NOT NULL,
        url text NOT NULL,
        headers jsonb,
        policy jsonb NOT NULL,
        signing_keys jsonb NOT NULL,
        ed25519_private_key text,
        enabled boolean NOT NULL,
        disabled_reason jsonb,
        created_at_ms bigint NOT NULL,
        created_order bigint GENERATED ALWAYS AS IDENTITY
      )`);
    await runner.query(
      'CREATE INDEX webhook_newest_first ON webhook (tenant_id, created_at_ms DESC, created_order DESC)',
    );
    // The state counted in: raised when a restored database goes on from behind the topic.
    await runner.query(`
      CREATE TABLE epoch (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        current integer NOT NULL CHECK (current > 0)
      )`);
    await runner.query('INSERT INTO epoch (current) VALUES (1)');
    await runner.query(`
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        webhook_id text NOT NULL,
        epoch integer NOT NULL,
        version integer NOT NULL,
        value text NOT NULL,
        committed_at_ms bigint NOT NULL,
        position bigint UNIQUE,
        published_at_ms bigint,
        CHECK ((position IS NULL) = (published_at_ms IS NULL))
      )`);
    await runner.query('CREATE INDEX outbox_unpublished ON outbox (id) WHERE position IS NULL');
    await runner.query('CREATE INDEX outbox_published ON outbox (published_at_ms) WHERE position IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox, epoch, webhook, webhook_event');
  }
}
