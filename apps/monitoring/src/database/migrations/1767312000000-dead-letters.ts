import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Dead letters with what was decided about them. The table there was before was never written to. */
export class DeadLetters1767312000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE monitoring.dead_letter');
    // Headers as JSON in bytes: jsonb would refuse a NUL in a name, and names are the publisher's.
    await runner.query(`
      CREATE TABLE monitoring.dead_letter (
        log_partition int4 NOT NULL,
        log_offset int8 NOT NULL,
        at timestamptz NOT NULL,
        reason text NOT NULL,
        message text NOT NULL,
        stage text NOT NULL,
        source_topic text,
        source_partition int4,
        source_offset int8,
        tenant_id text,
        size_bytes int4 NOT NULL,
        is_cut boolean NOT NULL,
        record_key bytea,
        record_value bytea,
        record_headers bytea NOT NULL,
        status text NOT NULL DEFAULT 'open',
        decided_by text,
        decided_at timestamptz,
        PRIMARY KEY (log_partition, log_offset)
      )`);
    await runner.query(`
      CREATE INDEX dead_letter_by_time ON monitoring.dead_letter (at DESC, log_partition DESC, log_offset DESC)`);
    await runner.query(`CREATE INDEX dead_letter_open ON monitoring.dead_letter (stage) WHERE status = 'open'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE monitoring.dead_letter');
    await runner.query(`
      CREATE TABLE monitoring.dead_letter (
        topic text NOT NULL,
        partition int4 NOT NULL,
        log_offset int8 NOT NULL,
        at timestamptz NOT NULL,
        reason text NOT NULL,
        message text NOT NULL,
        put_aside_by text NOT NULL,
        source_topic text NOT NULL,
        source_partition int4 NOT NULL,
        source_offset int8 NOT NULL,
        record_key bytea,
        record_value bytea,
        record_headers jsonb NOT NULL,
        PRIMARY KEY (topic, partition, log_offset)
      )`);
  }
}
