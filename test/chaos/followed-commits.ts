import type { KafkaConnection, LogFollower, LogRecord } from '@signalbox/kafka';
import { createLogFollower } from '@signalbox/kafka';
import type { NotedGeneration } from './group-generations.ts';
import { GroupGenerations } from './group-generations.ts';
import { readGroupRecord } from './group-record.ts';
import { TurnWatch } from './turn-watch.ts';

/**
 * The commits and the generations of consumer groups, as the broker appends them to its own log. A kill in the milliseconds
 * after a commit finds what was committed too early; at other times all of it may have become true meanwhile. Generations
 * tell of each rebalance, also of those that nobody has asked for.
 */
export class FollowedCommits implements AsyncDisposable {
  private readonly counts = new Map<string, number>();
  private readonly generations = new Map<string, GroupGenerations>();
  private readonly watch = new TurnWatch();
  private failed: Error | undefined;
  private follower: LogFollower | undefined;

  private constructor(private readonly connection: KafkaConnection) {}

  static async start(connection: KafkaConnection): Promise<FollowedCommits> {
    const commits = new FollowedCommits(connection);
    await commits.open();
    return commits;
  }

  /** After an outage that the follower does not outlast: reads all of the log again. */
  async reopen(): Promise<void> {
    await this[Symbol.asyncDispose]();
    this.counts.clear();
    this.failed = undefined;
    await this.open();
  }

  /** Resolves in the very turn in which the group's next commit is seen. */
  async next(groupId: string, timeoutMs: number): Promise<void> {
    const before = this.counts.get(groupId) ?? 0;
    const isNext = (): boolean => (this.counts.get(groupId) ?? 0) > before;
    await this.watch.until(`a commit of ${groupId}`, isNext, timeoutMs);
  }

  /**
   * The generations of the group, in order.
   *
   * @throws the error that ended the following: there may be more of them.
   */
  generationsOf(groupId: string): readonly NotedGeneration[] {
    if (this.failed !== undefined) throw this.failed;
    return this.generations.get(groupId)?.inOrder() ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.follower?.stop();
  }

  private async open(): Promise<void> {
    this.follower = createLogFollower({
      connection: this.connection,
      topic: '__consumer_offsets',
      onRecord: (record) => this.take(record),
      onFatal: (error) => (this.failed ??= error),
    });
    await this.follower.start();
  }

  private take({ key, value, timestampMs }: LogRecord): void {
    const said = key === null ? undefined : readGroupRecord(key, value);
    if (said === undefined) return;
    const { groupId } = said;
    if (said.kind === 'commit') {
      this.counts.set(groupId, (this.counts.get(groupId) ?? 0) + 1);
      this.watch.tell();
      return;
    }
    const generations = this.generations.get(groupId) ?? new GroupGenerations();
    this.generations.set(groupId, generations);
    generations.note(said, timestampMs);
  }
}
