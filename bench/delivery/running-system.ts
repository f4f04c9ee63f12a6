import { kafkaConnectionOf, kafkaEnvironment, loadEnvironment } from '@signalbox/config';
import { topicPrefixOf } from '@signalbox/contracts';
import { readRunInfo, sandboxFolder } from '@signalbox/sandbox';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeasuredProcess } from '../measure/process-usage.ts';
import type { System } from './system.ts';

/** The sandbox that `npm start` runs. @throws when none runs */
export async function runningSystem(): Promise<System> {
  const dir = sandboxFolder();
  const info = await readRunInfo(dir);
  if (!info) throw new Error(`No sandbox runs in ${dir}. Start it with \`npm start\`, or leave --running out.`);
  const { topics, kafkaBrokers, apiUrl, databaseUrl, processes } = info;
  const env = loadEnvironment(kafkaEnvironment, { ...process.env, KAFKA_BROKERS: kafkaBrokers });
  const kafka = pidIn(join(dir, 'kafka', 'node-1', 'kafka.pid'));
  const postgres = pidIn(join(dir, 'postgres', 'data', 'postmaster.pid'));
  const measured: MeasuredProcess[] = processes.map(({ name, pid }) => ({ name, pid: () => pid }));
  if (kafka !== undefined) measured.push({ name: 'Kafka', pid: () => kafka });
  if (postgres !== undefined) measured.push({ name: 'Postgres', pid: () => postgres });
  return {
    connection: { ...kafkaConnectionOf(env), clientId: 'signalbox-bench' },
    topics,
    prefix: topicPrefixOf(topics),
    isOwnKafka: kafka !== undefined,
    api: apiUrl === '' ? undefined : { url: apiUrl, databaseUrl },
    keyring: undefined,
    services: undefined,
    processes: measured,
    opsUrls: () => new Map(processes.map(({ name, opsUrl }) => [name, opsUrl])),
    stop: () => Promise.resolve(),
  };
}

/** The first line of a pid file; undefined where there is none: Kafka or Postgres is the operator's own. */
function pidIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}
