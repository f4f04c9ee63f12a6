import type { KafkaConnection, LogRecord } from '@signalbox/kafka';
import { createTailReader } from '@signalbox/kafka';
import type { Sandbox } from '@signalbox/sandbox';
import { Kafka, logLevel } from 'kafkajs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';

/** One place where a running system leaves text: a log file, a table, a topic. */
export interface Told {
  readonly where: string;
  readonly text: string;
}

const READ_WITHIN_MS = 30_000;

/** Everything that a sandbox has logged, stored and published, bytes as hex in tables and as they are in topics. */
export async function everythingTold(sandbox: Sandbox): Promise<readonly Told[]> {
  const parts = await Promise.all([logsOf(sandbox.dir), tablesOf(sandbox), topicsOf(sandbox)]);
  return parts.flat();
}

async function logsOf(dir: string): Promise<readonly Told[]> {
  const folder = join(dir, 'logs');
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.log/.test(name));
  return Promise.all(
    files.map(async (name) => ({ where: `log ${name}`, text: await readFile(join(folder, name), 'latin1') })),
  );
}

async function tablesOf({ runInfo }: Sandbox): Promise<readonly Told[]> {
  const client = new Client({ connectionString: runInfo.databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const told: Told[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT row_to_json(one)::text AS row FROM ${name} AS one`);
      told.push({ where: `table ${name}`, text: rows.map(({ row }) => row).join('\n') });
    }
    return told;
  } finally {
    await client.end();
  }
}

async function topicsOf({ runInfo }: Sandbox): Promise<readonly Told[]> {
  const connection = { brokers: runInfo.kafkaBrokers.split(','), clientId: 'everything-told' };
  const admin = new Kafka({ ...connection, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata();
    const own = topics.filter(({ name }) => !name.startsWith('__'));
    return await Promise.all(
      own.map(async ({ name, partitions }) => ({
        where: `topic ${name}`,
        text: await textOf(
          connection,
          name,
          partitions.map(({ partitionId }) => partitionId),
        ),
      })),
    );
  } finally {
    await admin.disconnect();
  }
}

async function textOf(connection: KafkaConnection, topic: string, partitions: readonly number[]): Promise<string> {
  const failing = new AbortController();
  const reader = createTailReader({ connection, topic, onFatal: (error) => failing.abort(error) });
  const records: string[] = [];
  try {
    await reader.start();
    await reader.read(
      partitions.map((partition) => ({ topic, partition, offset: 0 })),
      (record) => void records.push(textOfRecord(record)),
      AbortSignal.any([failing.signal, AbortSignal.timeout(READ_WITHIN_MS)]),
    );
    return records.join('\n');
  } finally {
    await reader.stop();
  }
}

function textOfRecord({ key, value, headers }: LogRecord): string {
  return [key, value].map((bytes) => bytes?.toString('latin1') ?? '').join(' ') + JSON.stringify(headers);
}
