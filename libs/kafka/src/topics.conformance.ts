import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { groupNames, topicNames, topicSpecs, type TopicLayout, type TopicSpec } from '@signalbox/contracts';
import { repositoryRoot } from '@signalbox/sandbox';
import { authEventTopicSpecs } from './auth-event-topics.ts';
import { ensureTopics, TopicFaultsError } from './ensure-topics.ts';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import type { LogHandler } from './log-consumer.port.ts';
import { commitStartOffsets, GroupIsActiveError, StartOffsetNeededError } from './start-offsets.ts';

const LAYOUT: TopicLayout = { partitions: 2, retryPartitions: 1, replicationFactor: 1, minInsyncReplicas: 1 };

/** The command that makes and checks the topics, and the start offsets it commits. */
export function topicsCommand(cluster: () => KafkaCluster): void {
  let systems = 0;
  const system = () => {
    const prefix = `s${Date.now()}-${++systems}.`;
    const names = topicNames({ prefix, authEvents: [`${prefix}upstream`] });
    const specs = [...authEventTopicSpecs(names, LAYOUT), ...topicSpecs(names, LAYOUT)];
    return { prefix, names, specs, groups: groupNames(prefix), authEvents: `${prefix}upstream` };
  };
  const append = (topic: string, partition: number): Promise<void> =>
    cluster().append([{ topic, partition, key: null, value: 'x' }]);

  describe('ensureTopics', () => {
    it('makes what is missing and finds it right the next time', async () => {
      const { specs } = system();
      const names = specs.map(({ name }) => name);
      expect(await ensureTopics(cluster().connection, specs)).toEqual({ created: names, checked: [] });
      expect(await ensureTopics(cluster().connection, specs)).toEqual({ created: [], checked: names });
    });

    it('names every fault at once, and says what would be right', async () => {
      const { prefix } = system();
      const spec = (name: string, change: Partial<TopicSpec> = {}): TopicSpec => ({
        name: `${prefix}${name}`,
        partitions: 2,
        replicationFactor: 2,
        config: { 'cleanup.policy': 'delete', 'retention.ms': '1000' },
        ...change,
      });
      await ensureTopics(cluster().connection, [spec('a'), spec('b'), spec('c')]);
      const wanted = [
        spec('a', { partitions: 3, config: { 'cleanup.policy': 'compact', 'retention.ms': '-1' } }),
        spec('b', { replicationFactor: 3 }),
        spec('c'),
        spec('d', { replicationFactor: 4 }),
      ];
      const error: unknown = await ensureTopics(cluster().connection, wanted).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(TopicFaultsError);
      expect((error as TopicFaultsError).faults).toEqual([
        `${prefix}d could not be made: the cluster has fewer brokers than copies are wanted (TOPIC_REPLICATION)`,
        `${prefix}a has 2 partitions and must have 3: set the count or make it anew`,
        `${prefix}a has cleanup.policy=delete and must have compact`,
        `${prefix}a has retention.ms=1000 and must have -1`,
        `${prefix}b has 2 copies of a partition and must have 3: reassign it`,
      ]);
    });
  });

  describe('commitStartOffsets', () => {
    it('begins with our own topics at their beginning, with auth events at their end, and changes nothing later', async () => {
      const { specs, names, groups, authEvents } = system();
      const { connection } = cluster();
      await ensureTopics(connection, specs);
      await append(authEvents, 4);
      await append(names.attempts, 1);
      const committed = await commitStartOffsets(connection, { names, groups });
      expect(committed.filter(({ offset }) => offset > 0)).toEqual([
        { groupId: groups.router, topic: authEvents, partition: 4, offset: 1 },
      ]);
      const counted = committed.map(({ groupId, topic }) => `${groupId} ${topic}`);
      expect(new Set(counted)).toEqual(
        new Set([
          `${groups.router} ${authEvents}`,
          `${groups.sender} ${names.deliveries}`,
          ...names.retries.map((topic) => `${groups.scheduler} ${topic}`),
          `${groups.projector} ${names.deliveries}`,
          `${groups.projector} ${names.attempts}`,
        ]),
      );
      await append(names.deliveries, 0);
      expect(await commitStartOffsets(connection, { names, groups })).toEqual([]);
      expect(await cluster().committed(groups.router, { topic: authEvents, partition: 4 })).toMatchObject({
        offset: 1,
      });
    });

    it('asks where to begin once there have been deliveries, and commits nothing before it knows', async () => {
      const { specs, names, groups, authEvents } = system();
      const { connection } = cluster();
      await ensureTopics(connection, specs);
      await append(names.deliveries, 1);
      await cluster().deleteBefore({ topic: names.deliveries, partition: 1 }, 1);
      await append(authEvents, 0);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const betweenMs = Date.now();
      await append(authEvents, 0);
      await append(authEvents, 1);
      const error: unknown = await commitStartOffsets(connection, { names, groups }).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(StartOffsetNeededError);
      expect((error as Error).message).toContain(`${authEvents}[0], ${authEvents}[1]`);
      expect((error as Error).message).not.toContain(`${authEvents}[2]`);
      expect(await cluster().committed(groups.sender, { topic: names.deliveries, partition: 0 })).toBeUndefined();
      expect(await cluster().committed(groups.router, { topic: authEvents, partition: 2 })).toBeUndefined();
      const committed = await commitStartOffsets(connection, { names, groups, from: betweenMs });
      const ofRouter = committed.filter(({ groupId }) => groupId === groups.router);
      expect(ofRouter.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset)).toEqual([
        1, 0, 0, 0, 0, 0,
      ]);
    });

    it('does not ask about a topic of auth events that never had a record', async () => {
      const { specs, names, groups, authEvents } = system();
      const { connection } = cluster();
      await ensureTopics(connection, specs);
      await append(names.deliveries, 1);
      const committed = await commitStartOffsets(connection, { names, groups });
      const ofRouter = committed.filter(({ groupId, topic }) => groupId === groups.router && topic === authEvents);
      expect(ofRouter.map(({ offset }) => offset)).toEqual([0, 0, 0, 0, 0, 0]);
    });

    it('names the topics that are missing', async () => {
      const { names, groups, authEvents } = system();
      const error: unknown = await commitStartOffsets(cluster().connection, { names, groups }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(TopicFaultsError);
      expect((error as TopicFaultsError).faults[0]).toContain(authEvents);
      expect((error as TopicFaultsError).faults).toHaveLength(1 + 2 + names.retries.length);
    });

    it('says so when the group has running members', async () => {
      const { specs, names, groups } = system();
      await ensureTopics(cluster().connection, specs);
      const handler: LogHandler = {
        onJoin: () => {},
        locate: (assigned) => Promise.resolve(assigned.map((of) => ({ ...of, offset: of.logStart }))),
        onBatch: () => {},
        onAdvance: () => {},
      };
      const topics = [names.deliveries];
      const consumer = cluster().consumer({ groupId: groups.sender, topics, handler, onFatal: () => {} });
      await consumer.start();
      await expect(commitStartOffsets(cluster().connection, { names, groups })).rejects.toThrow(GroupIsActiveError);
      await consumer.stop();
    });
  });

  describe('npm run topics', () => {
    const command = (env: Record<string, string>, ...args: string[]) =>
      new Promise<{ code: number; output: string }>((resolve) => {
        const options = { cwd: repositoryRoot(), env: { PATH: process.env['PATH'], ...env } };
        execFile(process.execPath, [join('scripts', 'topics.ts'), ...args], options, (error, stdout, stderr) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
        });
      });

    it('makes the topics, says where the groups begin, and names what is wrong', async () => {
      const { prefix, names, authEvents } = system();
      const env = {
        KAFKA_BROKERS: cluster().kafka.bootstrap,
        TOPIC_PREFIX: prefix,
        AUTH_EVENT_TOPICS: authEvents,
        TOPIC_PARTITIONS: '2',
        TOPIC_RETRY_PARTITIONS: '1',
        TOPIC_REPLICATION: '1',
        TOPIC_MIN_ISR: '1',
      };
      const [first, unset, unusable, misread] = await Promise.all([
        command(env, '--with-auth-events'),
        command({}),
        command({ ...env, TOPIC_PARTITIONS: 'many' }),
        command(env, '--from', 'yesterday'),
      ]);
      expect(first.output).toContain(`made ${names.deliveries}`);
      expect(first.output).toContain(`${prefix}router begins with ${authEvents}[5] at 0`);
      expect(first.code).toBe(0);
      expect([unset.code, unusable.code, misread.code]).toEqual([78, 78, 2]);
      expect(unset.output).toContain('KAFKA_BROKERS');
      expect(misread.output).toContain('--from yesterday');
      const second = await command({ ...env, TOPIC_PARTITIONS: '4' });
      expect(second.code).toBe(1);
      expect(second.output).toContain(`${names.deliveries} has 2 partitions and must have 4`);
      expect(second.output).toContain(`${names.attempts} has 2 partitions and must have 4`);
    });
  });
}
