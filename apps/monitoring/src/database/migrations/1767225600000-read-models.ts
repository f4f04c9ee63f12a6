import { LATENCY_BUCKET_COUNT } from '@signalbox/domain';
import type { MigrationInterface, QueryRunner } from 'typeorm';

// The buckets' bounds are part of what is stored: another number of them needs another migration.
const latency = Array.from({ length: LATENCY_BUCKET_COUNT }, (_, index) => `l${index} int4`).join(', ');

const counts = `
  webhook_id text NOT NULL,
  tenant_id text NOT NULL,
  start_at timestamptz NOT NULL,
  requests int4 NOT NULL,
  succeeded int4 NOT NULL,
  failed int4 NOT NULL,
  retrying int4 NOT NULL,
  waiting int4 NOT NULL,
  ${latency},
  PRIMARY KEY (webhook_id, tenant_id, start_at)`;

/** The request log, the counts by minute and hour, the positions of the projection, and what ops looks into. */
export class ReadModels1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // fillfactor: a row is written two or three times within seconds, and finds room on its page.
    await runner.query(`
      CREATE TABLE monitoring.delivery (
        delivery_id uuid NOT NULL,
        first_scheduled_at timestamptz NOT NULL,
        tenant_id text NOT NULL,
        webhook_id text NOT NULL,
        event_type text NOT NULL,
        event_id text,
        body bytea,
        state text NOT NULL,
        is_request boolean NOT NULL,
        standing_round int4,
        standing_attempt int4,
        standing_deferrals int4,
        standing_at timestamptz,
        next_at timestamptz,
        reason text,
        has_succeeded boolean,
        best_round int4,
        best_attempt int4,
        best_at timestamptz,
        status_code int4,
        error_class text,
        has_expired boolean NOT NULL,
        last_round int4 NOT NULL,
        last_attempt int4 NOT NULL,
        PRIMARY KEY (delivery_id, first_scheduled_at)
      ) PARTITION BY RANGE (first_scheduled_at)`);
    await runner.query(`
      CREATE INDEX delivery_by_webhook
      ON monitoring.delivery (webhook_id, first_scheduled_at DESC, delivery_id DESC)`);
    await runner.query(`
      CREATE TABLE monitoring.attempt (
        delivery_id uuid NOT NULL,
        first_scheduled_at timestamptz NOT NULL,
        round int4 NOT NULL,
        attempt_number int4 NOT NULL,
        kind text NOT NULL,
        wait_number int4 NOT NULL,
        tenant_id text NOT NULL,
        webhook_id text NOT NULL,
        deferrals int4 NOT NULL,
        at timestamptz NOT NULL,
        rank int4 NOT NULL,
        webhook_epoch float8 NOT NULL,
        webhook_version float8 NOT NULL,
        outcome text,
        started_at timestamptz,
        dns_ms float8,
        connect_ms float8,
        tls_ms float8,
        first_byte_ms float8,
        total_ms float8,
        status_code int4,
        error_class text,
        error text,
        answer text,
        verdict text,
        next_at timestamptz,
        reason text,
        PRIMARY KEY (delivery_id, first_scheduled_at, round, attempt_number, kind, wait_number)
      ) PARTITION BY RANGE (first_scheduled_at)`);
    await runner.query(`
      CREATE TABLE monitoring.delivery_default PARTITION OF monitoring.delivery DEFAULT WITH (fillfactor = 80)`);
    await runner.query('CREATE TABLE monitoring.attempt_default PARTITION OF monitoring.attempt DEFAULT');
    await runner.query(`CREATE TABLE monitoring.webhook_minute (${counts}) PARTITION BY RANGE (start_at)`);
    await runner.query('CREATE TABLE monitoring.webhook_minute_default PARTITION OF monitoring.webhook_minute DEFAULT');
    await runner.query(`CREATE TABLE monitoring.webhook_hour (${counts}) WITH (fillfactor = 70)`);
    await runner.query(`
      CREATE TABLE monitoring.breaker_change (
        webhook_id text NOT NULL,
        tenant_id text NOT NULL,
        at timestamptz NOT NULL,
        state text NOT NULL,
        reason text,
        open_since timestamptz,
        next_probe_at timestamptz,
        delivery_id uuid NOT NULL,
        PRIMARY KEY (webhook_id, at, state, delivery_id)
      )`);
    await runner.query(`
      CREATE TABLE monitoring.projection_offset (
        topic text NOT NULL,
        partition int4 NOT NULL,
        next_offset int8 NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (topic, partition)
      ) WITH (fillfactor = 50)`);
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

  async down(runner: QueryRunner): Promise<void> {
    const tables = [
      'delivery',
      'attempt',
      'webhook_minute',
      'webhook_hour',
      'breaker_change',
      'projection_offset',
      'dead_letter',
    ];
    for (const table of tables) await runner.query(`DROP TABLE monitoring.${table}`);
  }
}
