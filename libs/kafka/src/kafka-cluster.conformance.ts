import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, type RunningKafka, type RunningKafkaNode } from '@signalbox/sandbox';
import type { Admin, Broker, Cluster, Consumer, Kafka, Producer } from 'kafkajs';
import { clusterCatcher } from './cluster-tap.ts';
import { createClient, type KafkaConnection } from './connection.ts';
import { commitAs } from './group-offsets.ts';
import { createLogConsumer } from './kafkajs-consumer.ts';
import { createLogFollower } from './kafkajs-follower.ts';
import { createLogProducer, type LogProducerOptions } from './kafkajs-producer.ts';
import { createTailReader } from './kafkajs-tail-reader.ts';
import type { CommitEntry, LogConsumer, LogConsumerOptions } from './log-consumer.port.ts';
import type { HeldProducer } from './log-producer.conformance.ts';
import type { OutgoingRecord } from './log-producer.port.ts';
import type { FollowFrom, LogFollower, TailReader } from './log-reader.port.ts';
import type { LogRecord, TopicPartition } from './log-record.ts';
import { stableRanges, type LogRange } from './log-range.ts';
import { persist } from './persist.ts';
import type { FetchedRecord } from './record-batch.ts';
import { eventually } from './recording-handler.conformance.ts';
import { waitForTopics } from './topic-readiness.ts';
import { PRODUCE, Wire } from './wire.conformance.ts';

type LeavableBroker = Broker & { leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown> };

/**
 * Three real brokers, and what the suites need to do to them past the adapters under test: plain kafkajs.
 */
export class KafkaCluster {
  readonly connection: KafkaConnection;
  readonly kafka: RunningKafka;
  readonly admin: Admin;
  readonly cluster: Cluster;
  readonly #dir: string;
  readonly #client: Kafka;
  readonly #producer: Producer;
  readonly #catching: Consumer;
  #transactional: Producer | undefined;

  private constructor(kafka: RunningKafka, dir: string) {
    this.kafka = kafka;
    this.#dir = dir;
    this.connection = { brokers: kafka.bootstrap.split(','), clientId: 'suite' };
    this.#client = createClient(this.connection);
    this.admin = this.#client.admin();
    this.#producer = this.#client.producer({ createPartitioner: () => (args) => args.message.partition ?? 0 });
    const catcher = clusterCatcher();
    this.#catching = this.#client.consumer({ groupId: 'suite', partitionAssigners: [catcher.assigner] });
    this.cluster = catcher.cluster();
  }

  static async start(): Promise<KafkaCluster> {
    const dir = await mkdtemp(join(tmpdir(), 'signalbox-kafka-'));
    const cluster = new KafkaCluster(await startKafka({ dir, brokers: 3 }), dir);
    await Promise.all([cluster.admin.connect(), cluster.#producer.connect(), cluster.#catching.connect()]);
    return cluster;
  }

  async stop(): Promise<void> {
    const clients = [this.admin, this.#producer, this.#catching, this.#transactional];
    await Promise.allSettled(clients.map(async (client) => client?.disconnect()));
    await this.kafka.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async createTopic(partitions: number, config: Record<string, string> = {}): Promise<string> {
    return this.createTopicOn(
      Array.from({ length: partitions }, (_, partition) => [0, 1, 2].map((step) => ((partition + step) % 3) + 1)),
      config,
    );
  }

  /** One partition for each list of brokers; the first of a list leads it. */
  async createTopicOn(replicas: readonly number[][], config: Record<string, string> = {}): Promise<string> {
    const topic = `topic-${randomUUID()}`;
    await this.admin.createTopics({
      waitForLeaders: false,
      topics: [
        {
          topic,
          numPartitions: -1,
          replicationFactor: -1,
          replicaAssignment: replicas.map((ids, partition) => ({ partition, replicas: ids })),
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        },
      ],
    });
    await waitForTopics(this.cluster, [topic]);
    return topic;
  }

  async append(records: readonly OutgoingRecord[]): Promise<void> {
    const topics = [...new Set(records.map(({ topic }) => topic))];
    await this.#producer.sendBatch({
      topicMessages: topics.map((topic) => ({
        topic,
        messages: records
          .filter((record) => record.topic === topic)
          .map(({ key, value, headers, partition }) => ({
            key,
            value,
            headers: { ...headers } as Record<string, Buffer | string>,
            ...(partition !== undefined && { partition }),
          })),
      })),
    });
  }

  async transaction(
    { topic, partition }: TopicPartition,
    values: readonly string[],
    outcome: 'commit' | 'abort',
  ): Promise<void> {
    const { end } = await this.#stable({ topic, partition });
    const transaction = await (await this.#transactionalProducer()).transaction();
    await transaction.send({ topic, messages: values.map((value) => ({ value, partition })) });
    if (outcome === 'commit') await transaction.commit();
    else await transaction.abort();
    // The marker follows by itself.
    await eventually(
      'the marker',
      async () => (await this.#stable({ topic, partition })).end === end + values.length + 1,
    );
  }

  async deleteBefore({ topic, partition }: TopicPartition, offset: number): Promise<void> {
    // kafkajs looks for the leaders before it has loaded them, and a new topic's leader may not know of it yet.
    await persist(() => this.admin.fetchTopicOffsets(topic), {
      signal: new AbortController().signal,
      withinMs: 30_000,
    });
    await this.admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  }

  consumer(options: LogConsumerOptions): LogConsumer {
    return createLogConsumer({ ...options, connection: this.connection });
  }

  producer(options: Omit<LogProducerOptions, 'connection'>): HeldProducer {
    const wire = new Wire();
    let held: PromiseWithResolvers<void> | undefined;
    wire.onRequest = ({ apiKey }) => (apiKey === PRODUCE ? held?.promise : undefined);
    const connection = { ...this.connection, socketFactory: wire.socketFactory };
    return {
      producer: createLogProducer({ ...options, connection }),
      hold: () => (held = Promise.withResolvers()),
      release: () => {
        held?.resolve();
        held = undefined;
      },
    };
  }

  tailReader(topic: string): TailReader {
    return createTailReader({ connection: this.connection, topic, onFatal: () => {} });
  }

  follower(
    topic: string,
    onRecord: (record: LogRecord) => void,
    onFatal: (error: Error) => void,
    from: FollowFrom = 'beginning',
  ): LogFollower {
    return createLogFollower({ connection: this.connection, topic, onRecord, onFatal, from });
  }

  async committed(groupId: string, of: TopicPartition): Promise<{ offset: number; metadata: string } | undefined> {
    const [topic] = await this.admin.fetchOffsets({ groupId, topics: [of.topic] });
    const found = topic?.partitions.find(({ partition }) => partition === of.partition);
    if (found === undefined || Number(found.offset) < 0) return undefined;
    return { offset: Number(found.offset), metadata: found.metadata ?? '' };
  }

  async setCommitted(groupId: string, entry: CommitEntry): Promise<void> {
    // A new cluster's coordinators are still loading.
    await persist(
      async () => {
        const coordinator = await this.cluster.findGroupCoordinator({ groupId });
        await commitAs(coordinator, groupId, { memberId: '', generationId: -1 }, [entry]);
      },
      { signal: new AbortController().signal, withinMs: 30_000 },
    );
  }

  async expel(groupId: string): Promise<void> {
    const coordinator = (await this.cluster.findGroupCoordinator({ groupId })) as LeavableBroker;
    const { groups } = await this.admin.describeGroups([groupId]);
    for (const { memberId } of groups[0]?.members ?? []) await coordinator.leaveGroup({ groupId, memberId });
  }

  /** The broker that coordinates the group. */
  async coordinatorOf(groupId: string): Promise<RunningKafkaNode> {
    const { nodeId } = (await this.cluster.findGroupCoordinator({ groupId })) as Broker & { readonly nodeId: number };
    const node = this.kafka.nodes[nodeId - 1];
    if (node === undefined) throw new Error(`no broker ${nodeId}`);
    return node;
  }

  async leaderOf({ topic, partition }: TopicPartition): Promise<number> {
    const { topics } = await this.admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.find(({ partitionId }) => partitionId === partition)?.leader ?? -1;
  }

  /** Makes `replicas` the holders of the partition; a leader that is not among them is replaced. */
  async reassign({ topic, partition }: TopicPartition, replicas: number[]): Promise<void> {
    await this.admin.alterPartitionReassignments({
      topics: [{ topic, partitionAssignment: [{ partition, replicas }] }],
    });
  }

  /** All committed records of a partition, read past the adapters. */
  async records(of: TopicPartition): Promise<LogRecord[]> {
    await this.cluster.addMultipleTargetTopics([of.topic]);
    const patience = { signal: new AbortController().signal, withinMs: 30_000 };
    return persist(async () => {
      await this.cluster.refreshMetadata();
      const { start, end } = await this.#stable(of);
      const records: LogRecord[] = [];
      for (let at = start; at < end; at = (records.at(-1)?.offset ?? end) + 1) {
        const fetched = (await this.#fetch(of, at)).filter(({ offset }) => offset >= at);
        if (fetched.length === 0) break;
        records.push(...fetched);
      }
      return records;
    }, patience);
  }

  async #fetch({ topic, partition }: TopicPartition, at: number): Promise<LogRecord[]> {
    const [nodeId = ''] = Object.keys(this.cluster.findLeaderForPartitions(topic, [partition]));
    const broker = await this.cluster.findBroker({ nodeId });
    const answer = (await broker.fetch({
      maxWaitTime: 100,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(at), maxBytes: 10_000_000 }] }],
    })) as { responses: { partitions: { messages: FetchedRecord[] }[] }[] };
    const messages = answer.responses[0]?.partitions[0]?.messages ?? [];
    return messages.filter(({ isControlRecord }) => !isControlRecord);
  }

  async #stable(of: TopicPartition): Promise<LogRange> {
    await this.cluster.addMultipleTargetTopics([of.topic]);
    const [range] = await stableRanges(this.cluster, [of]);
    if (range === undefined) throw new Error(`nothing is known of ${of.topic}[${of.partition}]`);
    return range;
  }

  async #transactionalProducer(): Promise<Producer> {
    if (this.#transactional !== undefined) return this.#transactional;
    const producer = this.#client.producer({
      transactionalId: randomUUID(),
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: () => (args) => args.message.partition ?? 0,
    });
    await producer.connect();
    this.#transactional = producer;
    return producer;
  }
}
