import type { KafkaConnection, LogFollower, LogRecord } from '@signalbox/kafka';
import { createLogFollower } from '@signalbox/kafka';

export interface Commit {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

/** All commits of consumer groups, as the broker appends them to its own log. */
export class CommitHistory implements AsyncDisposable {
  readonly commits: Commit[] = [];
  private readonly follower: LogFollower;

  private constructor(connection: KafkaConnection) {
    this.follower = createLogFollower({
      connection,
      topic: '__consumer_offsets',
      onRecord: (record) => {
        const commit = commitOf(record);
        if (commit !== undefined) this.commits.push(commit);
      },
      onFatal: () => undefined,
    });
  }

  static async start(connection: KafkaConnection): Promise<CommitHistory> {
    const history = new CommitHistory(connection);
    await history.follower.start();
    return history;
  }

  /** The group's last commit for a partition. */
  last(groupId: string, topic: string, partition: number): Commit | undefined {
    return this.commits.findLast((c) => c.groupId === groupId && c.topic === topic && c.partition === partition);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.follower.stop();
  }
}

/** Kafka's layout: the key is version (0 and 1 are commits), group, topic, partition; the value begins with version, offset. */
function commitOf({ key, value }: LogRecord): Commit | undefined {
  if (key === null || value === null || key.readInt16BE(0) > 1) return undefined;
  const groupEnd = 4 + key.readInt16BE(2);
  const topicEnd = groupEnd + 2 + key.readInt16BE(groupEnd);
  return {
    groupId: key.toString('utf8', 4, groupEnd),
    topic: key.toString('utf8', groupEnd + 2, topicEnd),
    partition: key.readInt32BE(topicEnd),
    offset: Number(value.readBigInt64BE(2)),
    metadata: metadataOf(value),
  };
}

/** Behind the offset and, since version 3, the leader's epoch. Since version 4 its length is a varint, and one more. */
function metadataOf(value: Buffer): string {
  const version = value.readInt16BE(0);
  let at = version >= 3 ? 14 : 10;
  if (version < 4) return value.toString('utf8', at + 2, at + 2 + value.readInt16BE(at));
  let length = -1;
  for (let shift = 0; ; shift += 7) {
    const byte = value.readUInt8(at++);
    length += (byte & 127) << shift;
    if (byte < 128) return value.toString('utf8', at, at + length);
  }
}
