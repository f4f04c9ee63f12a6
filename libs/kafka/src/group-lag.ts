import type { Admin } from 'kafkajs';
import { createClient, type KafkaConnection } from './connection.ts';
import type { TopicPartition } from './log-record.ts';

/** A consumer group and what it reads. */
export interface ReadingGroup {
  readonly groupId: string;
  readonly topics: readonly string[];
}

/** How far a group is in one partition. */
export interface GroupPosition extends TopicPartition {
  readonly groupId: string;
  /** The next offset to read; null where the group has none. */
  readonly committed: number | null;
  readonly logStart: number;
  /** The next offset to be written. */
  readonly logEnd: number;
}

/** Looks at consumer groups from outside: it joins none. */
export interface GroupLagReader {
  /**
   * Of every partition of every topic of every group; a topic that does not exist has none. Rejects while Kafka does not
   * answer: ask again; and after `stop`.
   */
  read(groups: readonly ReadingGroup[]): Promise<readonly GroupPosition[]>;
  stop(): Promise<void>;
}

/** A {@link GroupLagReader} over kafkajs's admin client, which connects when it is first asked, and anew after a failure. */
export function createGroupLagReader(connection: KafkaConnection): GroupLagReader {
  return new KafkajsGroupLagReader(connection);
}

class KafkajsGroupLagReader implements GroupLagReader {
  readonly #connection: KafkaConnection;
  #connected: Promise<Admin> | undefined;
  #isStopped = false;

  constructor(connection: KafkaConnection) {
    this.#connection = connection;
  }

  async read(groups: readonly ReadingGroup[]): Promise<readonly GroupPosition[]> {
    if (this.#isStopped) throw new Error('the reader was stopped');
    const connected = (this.#connected ??= this.#connect());
    try {
      return await positionsOf(await connected, groups);
    } catch (error) {
      // kafkajs's admin goes on for five minutes to ask the leaders and the coordinator that it knew.
      if (this.#connected === connected) this.#connected = undefined;
      await connected.then(async (admin) => admin.disconnect()).catch(() => {});
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    const admin = await this.#connected?.catch(() => undefined);
    await admin?.disconnect();
  }

  async #connect(): Promise<Admin> {
    const admin = createClient(this.#connection).admin();
    try {
      await admin.connect();
    } catch (error) {
      // It may hold a connection to one of the brokers all the same.
      await admin.disconnect().catch(() => {});
      throw error;
    }
    return admin;
  }
}

async function positionsOf(admin: Admin, groups: readonly ReadingGroup[]): Promise<readonly GroupPosition[]> {
  const existing = new Set(await admin.listTopics());
  const reading = groups.map(({ groupId, topics }) => ({
    groupId,
    topics: topics.filter((one) => existing.has(one)),
  }));
  // Committed offsets first: asked after the ends, a busy group would seem to be ahead of its log.
  const committed = await Promise.all(reading.map(async (group) => committedBy(admin, group)));
  const topics = [...new Set(reading.flatMap((group) => group.topics))];
  const ranges = new Map(
    await Promise.all(topics.map(async (topic) => [topic, await admin.fetchTopicOffsets(topic)] as const)),
  );
  return reading.flatMap(({ groupId, topics: read }, index) =>
    read.flatMap((topic) =>
      (ranges.get(topic) ?? []).map(({ partition, low, high }) => ({
        groupId,
        topic,
        partition,
        committed: committed[index]?.get(`${topic}/${partition}`) ?? null,
        logStart: Number(low),
        logEnd: Number(high),
      })),
    ),
  );
}

async function committedBy(admin: Admin, { groupId, topics }: ReadingGroup): Promise<ReadonlyMap<string, number>> {
  if (topics.length === 0) return new Map();
  const answered = await admin.fetchOffsets({ groupId, topics: [...topics] });
  return new Map(
    answered.flatMap(({ topic, partitions }) =>
      partitions.flatMap(({ partition, offset }) =>
        Number(offset) < 0 ? [] : [[`${topic}/${partition}`, Number(offset)] as const],
      ),
    ),
  );
}
