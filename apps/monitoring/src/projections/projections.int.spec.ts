import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import { decodeDeadLetter, encodeDelivery, encodeFact, groupNames, topicSpecs } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import type { KafkaConnection, LogProducer, LogRecord } from '@signalbox/kafka';
import { createLogConsumer, createLogProducer, createTailReader, ensureTopics } from '@signalbox/kafka';
import { migrate } from '@signalbox/postgres';
import { createLogger, createRegistry } from '@signalbox/observability';
import type { TestBackends } from '@signalbox/testing';
import { startTestBackends, waitFor } from '@signalbox/testing';
import type { DataSource } from 'typeorm';
import { createMonitoringDataSource } from '../database/data-source.ts';
import { attempted, deferred } from '../testing/facts.ts';
import { KafkaDeadLetters } from './adapters/kafka/dead-letters.kafka.ts';
import { projectorMetrics } from './adapters/metrics/projector.metrics.ts';
import { PostgresReadModels } from './adapters/postgres/read-models.postgres.ts';
import { Projector } from './application/projector.ts';
import { Projections } from './projections.ts';

let backends: TestBackends;
let connection: KafkaConnection;
let dataSource: DataSource;
let producer: LogProducer;
const running: Projections[] = [];
const logger = createLogger({ service: 'test', level: 'fatal' });

beforeAll(async () => {
  backends = await startTestBackends();
  connection = { brokers: backends.kafkaBrokers.split(','), clientId: 'monitoring-test' };
  dataSource = await createMonitoringDataSource({ url: backends.databaseUrl }).initialize();
  await migrate(dataSource);
  await ensureTopics(connection, topicSpecs(backends.topics, backends.layout));
  producer = createLogProducer({ connection });
  await producer.start();
});
afterAll(async () => {
  await producer.stop();
  await dataSource.destroy();
  await backends.stop();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (one) => one.stop()));
});

let run = 0;
beforeEach(() => {
  run++;
});

/** One instance of the projector; `groupId` makes it a stranger who reads the same partitions. */
async function startProjector(
  groupId = groupNames(backends.topicPrefix).projector,
  registry = createRegistry(),
): Promise<Projector> {
  const letters = createLogProducer({ connection });
  const projector = new Projector({
    deliveriesTopic: backends.topics.deliveries,
    readModels: new PostgresReadModels(dataSource),
    deadLetters: new KafkaDeadLetters(letters, backends.topics.deadLetters),
    keptSinceMs: () => 0,
    observer: projectorMetrics(registry, logger),
  });
  const createConsumer = (onFatal: (error: Error) => void) =>
    createLogConsumer({
      connection,
      groupId,
      topics: [backends.topics.deliveries, backends.topics.attempts],
      isCoPartitioned: true,
      handler: projector,
      onFatal,
    });
  const projections = new Projections({ projector, createConsumer, producer: letters, logger });
  running.push(projections);
  await projections.start();
  return projector;
}

const webhookOf = (index: number): string => `webhook-${run}-${index % 7}`;
const partitionOf = (index: number): number => (index % 7) % backends.layout.partitions;

function factOf(index: number, fact: Fact): Fact {
  const webhookId = webhookOf(index);
  return { ...fact, webhookId, deliveryId: deliveryIdOf(webhookId, `event-${index}`) };
}

function publishDelivery(index: number): void {
  const fact = factOf(index, attempted());
  producer.append({
    topic: backends.topics.deliveries,
    partition: partitionOf(index),
    key: fact.webhookId,
    value: `{"event":"User.Created","n":${index},"hookId":"${fact.webhookId}"}`,
    headers: encodeDelivery({
      ...fact,
      eventId: `event-${index}`,
      sourceTopic: 'auth-events',
      sourcePartition: 0,
      sourceOffset: index,
    }),
  });
}

function publishFact(index: number, fact: Fact): void {
  const { headers, value } = encodeFact(factOf(index, fact));
  producer.append({
    topic: backends.topics.attempts,
    partition: partitionOf(index),
    key: webhookOf(index),
    value,
    headers,
  });
}

interface Sums {
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retrying: number;
  readonly waiting: number;
}

async function sums(): Promise<Sums> {
  const [row] = await dataSource.query<Sums[]>(
    `SELECT sum(requests)::int AS requests, sum(succeeded)::int AS succeeded, sum(failed)::int AS failed,
       sum(retrying)::int AS retrying, sum(waiting)::int AS waiting
     FROM monitoring.webhook_minute WHERE webhook_id LIKE $1`,
    [`webhook-${run}-%`],
  );
  return row ?? { requests: 0, succeeded: 0, failed: 0, retrying: 0, waiting: 0 };
}

async function until(isReached: (now: Sums) => boolean): Promise<void> {
  await waitFor(async () => isReached(await sums()), { what: 'the counts', timeoutMs: 20_000 });
}

describe('projection of the logs', () => {
  it('shows what was published, in whatever order delivery and facts arrive', async () => {
    const projector = await startProjector();
    expect(projector.reasonNotReady()).toBeNull();
    publishFact(1, attempted({ outcome: 'retrying', nextAttemptAtMs: 2_000_000_000_000 }));
    publishDelivery(1);
    publishDelivery(2);
    publishFact(2, attempted());
    publishDelivery(3);
    publishFact(3, deferred());
    await until(({ retrying, succeeded, waiting }) => retrying === 1 && succeeded === 1 && waiting === 1);
    publishFact(1, attempted({ attemptNumber: 2 }));
    await until(({ succeeded }) => succeeded === 2);
    expect(await sums()).toEqual({ requests: 2, succeeded: 2, failed: 0, retrying: 0, waiting: 1 });
    await waitFor(() => projector.lagRecords === 0, { what: 'no lag' });
  });

  it('goes on behind a record it cannot read, which is put aside with its reason and counted', async () => {
    const registry = createRegistry();
    await startProjector(undefined, registry);
    publishDelivery(1);
    const { topics } = backends;
    producer.append({
      topic: topics.attempts,
      partition: 0,
      key: 'k',
      value: '{"half":',
      headers: { kind: 'attempted' },
    });
    producer.append({ topic: topics.attempts, partition: 0, key: 'k', value: 'x', headers: { kind: 'exploded' } });
    producer.append({ topic: topics.deliveries, partition: 0, key: 'k', value: '{}', headers: { delivery: '1\nx' } });
    publishFact(7, attempted({ firstScheduledAtMs: 1e300 }));
    publishFact(1, attempted());
    await until(({ succeeded }) => succeeded === 1);
    const letters: LogRecord[] = [];
    const reader = createTailReader({ connection, topic: topics.deadLetters, onFatal: () => undefined });
    await reader.start();
    await waitFor(
      async () => {
        letters.length = 0;
        await reader.read([{ topic: topics.deadLetters, partition: 0, offset: 0 }], (record) => letters.push(record));
        return letters.length >= 4;
      },
      { what: 'four dead letters' },
    );
    await reader.stop();
    const reasons = letters.map(({ headers }) => decodeDeadLetter(headers)?.message);
    expect(new Set(reasons)).toEqual(
      new Set([
        'field "firstScheduledAtMs" must be Unix milliseconds',
        'header "delivery" is missing or of an unknown layout',
        'header "kind" must be one of attempted, deferred, skipped, expired, breaker-changed',
        'value is not JSON',
      ]),
    );
    expect(await registry.metrics()).toMatch(/^signalbox_monitoring_dead_letters_records_total 4$/m);
    expect(letters.find(({ value }) => value?.toString() === '{"half":')?.headers['kind']?.toString()).toBe(
      'attempted',
    );
  });

  it('counts each delivery once with two members that join and leave and a stranger at the same partitions', async () => {
    const total = 3_000;
    const publish = (from: number, to: number): void => {
      for (let index = from; index < to; index++) {
        publishDelivery(index);
        publishFact(index, attempted({ outcome: 'retrying', nextAttemptAtMs: 2_000_000_000_000 }));
        if (index % 3 === 0) publishFact(index, attempted({ outcome: 'retrying', nextAttemptAtMs: 2_000_000_000_000 }));
        publishFact(index, attempted({ attemptNumber: 2, outcome: index % 5 === 0 ? 'failed' : 'succeeded' }));
      }
    };
    await startProjector();
    publish(0, 1_000);
    // A zombie: it believes that the partitions are its own.
    await startProjector(`${backends.topicPrefix}stranger`);
    publish(1_000, 2_000);
    await startProjector();
    publish(2_000, total);
    await running.shift()?.stop();
    await until(({ succeeded, failed }) => succeeded + failed >= total);
    expect(await sums()).toEqual({ requests: total, succeeded: 2_400, failed: 600, retrying: 0, waiting: 0 });
    // The facts may be projected before the records of their deliveries, which bring the bodies.
    const log = await waitFor(
      async () => {
        const [counted] = await dataSource.query<{ deliveries: number; bodies: number; attempts: number }[]>(
          `SELECT (SELECT count(*)::int FROM monitoring.delivery WHERE webhook_id LIKE $1) AS deliveries,
             (SELECT count(body)::int FROM monitoring.delivery WHERE webhook_id LIKE $1) AS bodies,
             (SELECT count(*)::int FROM monitoring.attempt WHERE webhook_id LIKE $1) AS attempts`,
          [`webhook-${run}-%`],
        );
        return counted !== undefined && counted.bodies >= total && counted;
      },
      { what: 'the bodies', timeoutMs: 20_000 },
    );
    expect(log).toEqual({ deliveries: total, bodies: total, attempts: 2 * total });
  });
});
