import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { groupNames } from '@signalbox/contracts';
import { partitionOfKey } from '@signalbox/kafka';
import { Kafka, logLevel } from 'kafkajs';
import type { DataSource } from 'typeorm';
import { createMonitoringDataSource } from '../../../database/data-source.ts';
import { FactLog } from '../../../testing/fact-log.ts';
import { attempted } from '../../../testing/facts.ts';
import type { PreparedMonitoring } from '../../../testing/running-monitoring.ts';
import { prepareMonitoring, startMonitoring } from '../../../testing/running-monitoring.ts';
import { verifyCommand } from '../../../verification/verify-command.ts';
import { rebuildCommand } from '../../rebuild-command.ts';

/** The log of facts is written to partition 0. */
const [shortened = '', elsewhere = ''] = [0, 1].map((partition) =>
  Array.from({ length: 100 }, (_, index) => `hook-${index}`).find((id) => partitionOfKey(id, 4) === partition),
);
const atMs = Date.now() - 3_600_000;

let prepared: PreparedMonitoring;
let dataSource: DataSource;
beforeAll(async () => {
  prepared = await prepareMonitoring();
  dataSource = await createMonitoringDataSource({ url: prepared.backends.databaseUrl }).initialize();
  const monitoring = await startMonitoring(prepared);
  const log = await FactLog.open(monitoring);
  for (const index of [1, 2, 3]) log.append({ webhookId: shortened, index, atMs }, attempted());
  log.append({ webhookId: elsewhere, index: 1, atMs }, attempted());
  await log.projected();
  await log.close();
  await monitoring.stop();
});
afterAll(async () => {
  await dataSource?.destroy();
  await prepared?.backends.stop();
});

/** As the topic's retention does. */
async function forgetFacts(before: number): Promise<void> {
  const { topics, kafkaBrokers } = prepared.backends;
  const admin = new Kafka({ brokers: kafkaBrokers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  // kafkajs looks for the leaders before it has loaded them.
  await admin.fetchTopicOffsets(topics.attempts);
  // What a process that was killed has committed last, days ago: the positions are in Postgres.
  const groupId = groupNames(prepared.backends.topicPrefix).projector;
  await admin.setOffsets({ groupId, topic: topics.attempts, partitions: [{ partition: 0, offset: '1' }] });
  await admin.deleteTopicRecords({ topic: topics.attempts, partitions: [{ partition: 0, offset: String(before) }] });
  await admin.disconnect();
}

async function rebuilt(isForced: boolean): Promise<readonly string[]> {
  const said: string[] = [];
  await rebuildCommand(prepared.env, { print: (line) => said.push(line), show: () => {} }, isForced);
  return said;
}

const held = async (): Promise<readonly unknown[]> =>
  dataSource.query(`SELECT webhook_id AS id, state, count(*)::int AS deliveries FROM monitoring.delivery
    GROUP BY webhook_id, state ORDER BY deliveries DESC`);

it('a rebuild is refused while the topics hold less than the tables, and forced it says what is lost', async () => {
  const facts = prepared.backends.topics.attempts;
  await forgetFacts(2);
  const refusal = await rebuilt(false).then(String, (error: unknown) => String(error));
  expect(refusal).toContain(
    `the topics cannot restore 3 deliveries first scheduled from ${new Date(atMs).toISOString()}`,
  );
  expect(refusal).toContain(`${facts}[0] begins at offset 2 of `);
  expect(refusal).toContain('Nothing was changed; with --force');
  await forgetFacts(4);
  await expect(rebuilt(false)).rejects.toThrow(`${facts}[0] is empty`);
  expect(await held()).toEqual([
    { id: shortened, state: 'succeeded', deliveries: 3 },
    { id: elsewhere, state: 'succeeded', deliveries: 1 },
  ]);
  expect((await rebuilt(true))[0]).toMatch(/^forced: the topics cannot restore 3 deliveries /);
  expect(await held()).toEqual([
    { id: shortened, state: 'queued', deliveries: 3 },
    { id: elsewhere, state: 'queued', deliveries: 1 },
  ]);
});

it('is not refused, and neither is a recount, for a partition that was idle for so long that nothing is left of it', async () => {
  // Of what is queued there were never any facts, so that none are missing.
  expect((await rebuilt(false))[0]).toBe('the read models are emptied; projecting anew');
  expect(await held()).toHaveLength(2);
  await dataSource.query(`UPDATE monitoring.delivery SET state = 'succeeded'`);
  const lines: string[] = [];
  const isEqual = await verifyCommand(prepared.env, (line) => lines.push(line));
  expect(lines).toContain(
    `${prepared.backends.topics.attempts} holds nothing any more in partition 0: what the tables have of it is not compared`,
  );
  // The webhook of the other partition is compared: of it there is not the fact that its row would need.
  expect(isEqual).toBe(false);
  expect(lines.filter((line) => line.includes('has a row and no facts'))).toEqual([expect.stringContaining(elsewhere)]);
});
