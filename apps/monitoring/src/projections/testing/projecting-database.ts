import type { Delivery, Fact } from '@signalbox/contracts';
import type { DataSource } from 'typeorm';
import { BatchFold } from '../application/batch-fold.ts';
import type { ReadableRecord } from '../application/projected-record.ts';
import type { Projected } from '../application/read-models.port.ts';
import { PostgresReadModels } from '../adapters/postgres/read-models.postgres.ts';
import { REBUILT_TABLES } from '../adapters/postgres/rebuilt-tables.postgres.ts';
import { attempted } from '../../testing/facts.ts';
import { startTestDatabase } from '../../testing/test-database.ts';

type Row = Record<string, unknown>;

const TABLES = [...REBUILT_TABLES, 'projection_offset'];

/** A database of its own that records are projected to, two partitions of one topic, without any Kafka. */
export class ProjectingDatabase {
  readonly dataSource: DataSource;
  readonly readModels: PostgresReadModels;
  readonly stop: () => Promise<void>;
  readonly topic = 'attempts';
  readonly #next = [0, 0];

  private constructor(dataSource: DataSource, stop: () => Promise<void>) {
    this.dataSource = dataSource;
    this.readModels = new PostgresReadModels(dataSource);
    this.stop = stop;
  }

  static async start(): Promise<ProjectingDatabase> {
    const { dataSource, stop } = await startTestDatabase();
    return new ProjectingDatabase(dataSource, stop);
  }

  async empty(): Promise<void> {
    await this.dataSource.query(`TRUNCATE ${TABLES.map((table) => `monitoring.${table}`).join(', ')}`);
    this.#next.fill(0);
    await this.readModels.locate([{ topic: this.topic, partition: 0, logStart: 0 }]);
  }

  /** As one batch. */
  async project(...records: readonly ReadableRecord[]): Promise<Projected> {
    return this.projectFrom(0, records);
  }

  /** As one batch of a partition; `beforeWriting` runs between its reading and its writing, each time it is done. */
  async projectFrom(
    partition: 0 | 1,
    records: readonly ReadableRecord[],
    beforeWriting: () => Promise<unknown> = async () => {},
  ): Promise<Projected> {
    const from = this.#next[partition] ?? 0;
    if (partition > 0) await this.readModels.locate([{ topic: this.topic, partition, logStart: 0 }]);
    const advance = { topic: this.topic, partition, from, to: from + records.length };
    const projected = await this.readModels.project([advance], async (projection) => {
      const fold = new BatchFold(records);
      const contested = fold.setKnown(await projection.known(fold.deliveryIds(), 0));
      const changes = fold.changes(await projection.attempts(contested));
      await beforeWriting();
      await projection.write(changes);
    });
    if (projected.kind === 'committed') this.#next[partition] = advance.to;
    return projected;
  }

  async rows(table: string, order = '1'): Promise<readonly Row[]> {
    return this.dataSource.query(`SELECT * FROM monitoring.${table} ORDER BY ${order}`);
  }

  /** All columns of a table of counts that are not 0, added up; the latency buckets as one number of attempts. */
  async sums(table: string): Promise<Readonly<Record<string, number>>> {
    const sums: Record<string, number> = {};
    for (const row of await this.rows(table)) {
      for (const [name, value] of Object.entries(row)) {
        if (typeof value !== 'number' || name === 'shard') continue;
        const counted = /^l\d+$/.test(name) ? 'attempts' : name;
        sums[counted] = (sums[counted] ?? 0) + value;
      }
    }
    return Object.fromEntries(Object.entries(sums).filter(([, count]) => count !== 0));
  }
}

export const factRecord = (fact: Fact): ReadableRecord => ({ kind: 'fact', fact });

export const deliveryRecord = (change: Partial<Delivery> = {}): ReadableRecord => ({
  kind: 'delivery',
  webhookId: 'webhook1',
  body: Buffer.from('{"event":"User.Created","name":"Zoë \\"x\\" \\\\","hookId":"webhook1"}'),
  delivery: {
    ...attempted(),
    eventId: 'e1',
    sourceTopic: 'auth-events',
    sourcePartition: 0,
    sourceOffset: 0,
    ...change,
  },
});
