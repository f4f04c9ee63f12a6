import { LATENCY_BUCKET_COUNT } from '@signalbox/domain';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const latency = Array.from({ length: LATENCY_BUCKET_COUNT }, (_, index) => `l${index} int4`).join(', ');
const errors = ['dns', 'refused_address', 'connect', 'tls', 'timeout', 'reset', 'protocol', 'http_status', 'other'].map(
  (name) => `error_${name} int4`,
);

const counts = `
  requests int4 NOT NULL,
  succeeded int4 NOT NULL,
  failed int4 NOT NULL,
  expired int4 NOT NULL,
  abandoned int4 NOT NULL,
  retrying int4 NOT NULL,
  waiting int4 NOT NULL,
  has_open boolean NOT NULL GENERATED ALWAYS AS (retrying + waiting > 0) STORED,
  ${errors.join(', ')},
  ${latency}`;

const byWebhook = `
  webhook_id text NOT NULL,
  tenant_id text NOT NULL,
  start_at timestamptz NOT NULL,
  ${counts},
  PRIMARY KEY (webhook_id, tenant_id, start_at)`;

const byTenant = `
  tenant_id text NOT NULL,
  shard int4 NOT NULL,
  start_at timestamptz NOT NULL,
  ${counts},
  PRIMARY KEY (tenant_id, start_at, shard)`;

/**
 * What lists and health need without reading the log: each round's state, error classes, what is open, whole tenants, the
 * breakers of now. All of it comes from the topics, which hold more than these tables keep: so the tables are emptied, and
 * the projection begins anew at the topics' beginnings.
 */
export class RoundsErrorsAndRollups1795833000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      TRUNCATE monitoring.delivery, monitoring.attempt, monitoring.breaker_change, monitoring.projection_offset`);
    await runner.query('DROP TABLE monitoring.webhook_minute, monitoring.webhook_hour');
    await runner.query(`
      ALTER TABLE monitoring.delivery
        ADD COLUMN round int4 NOT NULL DEFAULT 0,
        ADD COLUMN round_state text NOT NULL DEFAULT 'queued',
        ADD COLUMN round_attempt int4 NOT NULL DEFAULT 0,
        ADD COLUMN round_deferrals int4 NOT NULL DEFAULT 0,
        ADD COLUMN round_at timestamptz,
        ADD COLUMN round_next_at timestamptz,
        ADD COLUMN best_rank int4,
        ADD COLUMN best_total_ms float8,
        ADD COLUMN revision int4 NOT NULL DEFAULT 1`);
    await runner.query('ALTER TABLE monitoring.attempt ADD COLUMN detail text');
    await runner.query(`
      CREATE TABLE monitoring.delivery_place (
        delivery_id uuid NOT NULL,
        first_scheduled_at timestamptz NOT NULL,
        PRIMARY KEY (delivery_id, first_scheduled_at)
      ) PARTITION BY RANGE (first_scheduled_at)`);
    for (const table of ['webhook_minute', 'webhook_hour']) {
      await runner.query(`CREATE TABLE monitoring.${table} (${byWebhook}) PARTITION BY RANGE (start_at)`);
    }
    for (const table of ['tenant_minute', 'tenant_hour']) {
      await runner.query(`CREATE TABLE monitoring.${table} (${byTenant}) PARTITION BY RANGE (start_at)`);
    }
    for (const table of ['delivery_place', 'webhook_minute', 'webhook_hour', 'tenant_minute', 'tenant_hour']) {
      await runner.query(`CREATE TABLE monitoring.${table}_default PARTITION OF monitoring.${table} DEFAULT`);
    }
    // On a generated column: an update that leaves it as it is needs no new index entry.
    await runner.query(`
      CREATE INDEX webhook_hour_open ON monitoring.webhook_hour (webhook_id, tenant_id, start_at) WHERE has_open`);
    await runner.query('CREATE INDEX tenant_hour_open ON monitoring.tenant_hour (tenant_id, start_at) WHERE has_open');
    await runner.query('CREATE INDEX breaker_change_by_time ON monitoring.breaker_change (at)');
    await runner.query(`
      CREATE TABLE monitoring.webhook_breaker (
        webhook_id text NOT NULL,
        tenant_id text NOT NULL,
        at timestamptz NOT NULL,
        state text NOT NULL,
        reason text,
        open_since timestamptz,
        next_probe_at timestamptz,
        delivery_id uuid NOT NULL,
        PRIMARY KEY (webhook_id, tenant_id)
      ) WITH (fillfactor = 70)`);
    await runner.query(`
      CREATE INDEX webhook_breaker_not_closed ON monitoring.webhook_breaker (tenant_id, webhook_id)
      WHERE state <> 'closed'`);
  }

  async down(): Promise<void> {
    await Promise.reject(new Error('what these tables held before is not kept: restore a backup of the schema'));
  }
}
