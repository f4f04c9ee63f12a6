import type { KafkaConnection, LogFollower } from '@signalbox/kafka';
import { createLogFollower } from '@signalbox/kafka';
import { TurnWatch } from './turn-watch.ts';

/**
 * The commits of consumer groups, as the broker appends them to its own log. A kill in the milliseconds after a commit
 * finds what was committed too early; at other times all of it may have become true meanwhile.
 */
export class FollowedCommits implements AsyncDisposable {
  private readonly counts = new Map<string, number>();
  private readonly watch = new TurnWatch();
  private readonly follower: LogFollower;

  private constructor(connection: KafkaConnection) {
    this.follower = createLogFollower({
      connection,
      topic: '__consumer_offsets',
      onRecord: ({ key }) => {
        const groupId = key === null ? undefined : groupOfCommit(key);
        if (groupId === undefined) return;
        this.counts.set(groupId, (this.counts.get(groupId) ?? 0) + 1);
        this.watch.tell();
      },
      onFatal: () => undefined,
    });
  }

  static async start(connection: KafkaConnection): Promise<FollowedCommits> {
    const commits = new FollowedCommits(connection);
    await commits.follower.start();
    return commits;
  }

  /** Resolves in the very turn in which the group's next commit is seen. */
  async next(groupId: string, timeoutMs: number): Promise<void> {
    const before = this.counts.get(groupId) ?? 0;
    const isNext = (): boolean => (this.counts.get(groupId) ?? 0) > before;
    await this.watch.until(`a commit of ${groupId}`, isNext, timeoutMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.follower.stop();
  }
}

/** Kafka's layout of that log: a version (0 and 1 are commits, others are memberships), then the group's name. */
function groupOfCommit(key: Buffer): string | undefined {
  return key.readInt16BE(0) > 1 ? undefined : key.toString('utf8', 4, 4 + key.readInt16BE(2));
}
