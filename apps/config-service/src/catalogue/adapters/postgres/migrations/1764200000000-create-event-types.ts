import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEventTypes1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // `json`, not `jsonb`: an example is shown as it was written.
    await runner.query(`
      CREATE TABLE event_type (
        tenant_id text NOT NULL,
        name text NOT NULL,
        version bigint NOT NULL,
        group_name text NOT NULL,
        description text NOT NULL,
        example json NOT NULL,
        schema json,
        is_deprecated boolean NOT NULL,
        created_at_ms bigint NOT NULL,
        updated_at_ms bigint NOT NULL,
        PRIMARY KEY (tenant_id, name)
      )`);
    // One for all: a type that is deleted and made again must not count from 1, or readers would take it for late.
    await runner.query('CREATE SEQUENCE event_type_version');
    // Who subscribes to a type.
    await runner.query('CREATE INDEX webhook_events ON webhook USING gin (events)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX webhook_events');
    await runner.query('DROP SEQUENCE event_type_version');
    await runner.query('DROP TABLE event_type');
  }
}
