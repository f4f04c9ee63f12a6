import type { GroupNames } from '@signalbox/contracts';
import type { KafkaConnection } from '@signalbox/kafka';
import type { RunningKafka, Sandbox, SandboxOptions, ServiceName } from '@signalbox/sandbox';
import { startTestSandbox, waitFor } from '@signalbox/testing';
import type { Admin } from 'kafkajs';
import { Kafka, logLevel } from 'kafkajs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Publisher } from '../support/publisher.ts';
import { FollowedCommits } from './followed-commits.ts';
import { FollowedLogs } from './followed-logs.ts';
import { GroupLag } from './group-lag.ts';
import { SeededRandom } from './seeded-random.ts';

/** Longer runs with several kills for each role: `npm run chaos`. */
export const IS_LONG = process.env['CHAOS_LONG'] === '1';

export interface Interruption {
  readonly service: string;
  readonly how: 'killed' | 'stopped';
  readonly atMs: number;
  readonly startedAgainAtMs: number;
  /** The process was ready again. */
  readonly readyAtMs: number;
}

/** A whole system of its own that a spec file may do anything to. */
export class ChaosSystem implements AsyncDisposable {
  readonly groups: GroupNames;

  private constructor(
    readonly sandbox: Sandbox,
    readonly publisher: Publisher,
    readonly logs: FollowedLogs,
    readonly commits: FollowedCommits,
    readonly random: SeededRandom,
    private readonly admin: Admin,
    private readonly lag: GroupLag,
  ) {
    this.groups = lag.names;
  }

  /**
   * `CHAOS_APPS_DIR` runs other builds of the services: to see what the cases say when a mechanism is taken out.
   * `CHAOS_LOGS` names a folder that gets the logs of the services, `CHAOS_VERBOSE=1` shows what the sandbox says.
   */
  static async start(
    services: readonly ServiceName[],
    more: Pick<SandboxOptions, 'brokers' | 'instances'> = {},
  ): Promise<ChaosSystem> {
    const random = SeededRandom.fromEnvironment();
    process.stdout.write(`chaos: CHAOS_SEED=${random.seed}\n`);
    const appsDir = process.env['CHAOS_APPS_DIR'];
    const sandbox = await startTestSandbox({
      services,
      needsOwnKafka: more.brokers !== undefined,
      ...more,
      ...(appsDir !== undefined && { appsDir }),
      ...(process.env['CHAOS_VERBOSE'] === '1' && { onLine: (line: string) => process.stdout.write(`${line}\n`) }),
    });
    const { kafkaBrokers, topics } = sandbox.runInfo;
    const connection: KafkaConnection = { brokers: kafkaBrokers.split(','), clientId: 'chaos' };
    const publisher = await Publisher.connect(sandbox.runInfo);
    const logs = await FollowedLogs.start(connection, topics);
    const commits = await FollowedCommits.start(connection);
    const kafka = new Kafka({ clientId: 'chaos', brokers: [...connection.brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    return new ChaosSystem(sandbox, publisher, logs, commits, random, admin, new GroupLag(admin, topics));
  }

  /** kill -9 at once, or a clean stop; then a start. `whileDown` is waited for in between. */
  async interrupt(
    service: ServiceName,
    how: Interruption['how'],
    whileDown: () => Promise<void>,
  ): Promise<Interruption> {
    const { sandbox } = this;
    const atMs = Date.now();
    await (how === 'killed' ? sandbox.killService(service) : sandbox.stopService(service));
    await whileDown();
    const startedAgainAtMs = Date.now();
    await sandbox.startService(service);
    return { service, how, atMs, startedAgainAtMs, readyAtMs: Date.now() };
  }

  /** Its brokers; throws where they are containers. */
  get kafka(): RunningKafka {
    const { kafka } = this.sandbox;
    if (kafka === undefined) throw new Error('this system has no Kafka of its own');
    return kafka;
  }

  /** Resolves when the group is at rest with so many members: each knows what it holds. */
  async waitForMembers(groupId: string, members: number, timeoutMs: number): Promise<void> {
    await waitFor(
      async () => {
        const [group] = (await this.admin.describeGroups([groupId])).groups;
        return group?.state === 'Stable' && group.members.length === members;
      },
      { what: `${groupId} to be at rest with ${members} members`, timeoutMs, everyMs: 50 },
    );
  }

  /** Resolves when the cluster counts so many brokers. */
  async waitForBrokers(brokers: number, timeoutMs: number): Promise<void> {
    await waitFor(async () => (await this.admin.describeCluster()).brokers.length === brokers, {
      what: `${brokers} brokers`,
      timeoutMs,
      everyMs: 200,
    });
  }

  /** Resolves when every partition of our topics has all its replicas again. */
  async waitForReplicas(timeoutMs: number): Promise<void> {
    await waitFor(
      async () => {
        const { topics } = await this.admin.fetchTopicMetadata();
        return topics.every(({ partitions }) =>
          partitions.every(({ isr, replicas }) => isr.length === replicas.length),
        );
      },
      { what: 'all replicas to be in sync', timeoutMs, everyMs: 200 },
    );
  }

  /** Resolves when all that `deliveries` holds now was seen here. */
  async waitUntilSeen(timeoutMs: number): Promise<void> {
    const ends = await this.lag.ends(this.sandbox.runInfo.topics.deliveries);
    const isSeen = (): boolean =>
      ends.every(({ topic, partition, offset }) => this.logs.positionOf(topic, partition) >= offset);
    await this.logs.watch.until('the end of deliveries', isSeen, timeoutMs);
  }

  /** Resolves when no role has anything left to do and all that they did was seen here. */
  async waitUntilIdle(timeoutMs: number): Promise<void> {
    const { topics } = this.sandbox.runInfo;
    const logs = this.logs;
    let why = '';
    await waitFor(
      async () => {
        if (logs.failed !== undefined) throw logs.failed;
        const ends = await this.lag.endsWhenIdle();
        why = ends === undefined ? `lag of ${await this.lag.describe()}` : `reading ${topics.attempts}`;
        const isSeen = ends?.every(({ topic, partition, offset }) => logs.positionOf(topic, partition) >= offset);
        if (isSeen !== true) throw new Error(why);
        return true;
      },
      { what: 'every role to be done', timeoutMs, everyMs: 100 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.logs[Symbol.asyncDispose]();
    await this.commits[Symbol.asyncDispose]();
    await this.publisher[Symbol.asyncDispose]();
    await this.admin.disconnect();
    const logs = process.env['CHAOS_LOGS'];
    if (logs !== undefined) await cp(join(this.sandbox.dir, 'logs'), logs, { recursive: true });
    await this.sandbox.stop();
  }
}
