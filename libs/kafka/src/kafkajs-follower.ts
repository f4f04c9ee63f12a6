import type { KafkaConnection } from './connection.ts';
import type { FollowFrom, LogFollower } from './log-reader.port.ts';
import type { LogRecord, PartitionPosition } from './log-record.ts';
import { SoloConsumer } from './solo-consumer.ts';

export interface LogFollowerOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  /** Default: the beginning. */
  readonly from?: FollowFrom;
  /** In order within a partition. Throwing ends the following (`onFatal`). */
  readonly onRecord: (record: LogRecord) => void;
  /** The follower cannot go on: what it told before is getting old. */
  readonly onFatal: (error: Error) => void;
  /** Default: the client id and `.follower.`. */
  readonly groupPrefix?: string;
  readonly stallAfterMs?: number;
}

/** A {@link LogFollower} over kafkajs. */
export function createLogFollower(options: LogFollowerOptions): LogFollower {
  return new KafkajsFollower(options);
}

class KafkajsFollower implements LogFollower {
  readonly #options: LogFollowerOptions;
  readonly #solo: SoloConsumer;
  readonly #caughtUp = Promise.withResolvers<void>();
  /** The partitions that have not reached the end they had at the start. */
  readonly #behind = new Map<number, number>();

  constructor(options: LogFollowerOptions) {
    this.#options = options;
    this.#caughtUp.promise.catch(() => {});
    this.#solo = new SoloConsumer({
      connection: options.connection,
      topic: options.topic,
      groupPrefix: options.groupPrefix ?? `${options.connection.clientId}.follower.`,
      stallAfterMs: options.stallAfterMs ?? 60_000,
      onRecords: (partition, records, next) => this.#take(partition, records, next),
      onFatal: (error) => {
        this.#caughtUp.reject(error);
        options.onFatal(error);
      },
    });
  }

  async start(): Promise<readonly PartitionPosition[]> {
    await this.#solo.start();
    // Asked after joining, so that whatever was acknowledged before the start is waited for.
    const ranges = await this.#solo.ranges();
    const { topic, from = 'beginning' } = this.#options;
    const begun = ranges.map(({ partition, start, end }) => {
      const offset = from === 'beginning' ? start : end;
      if (offset < end) this.#behind.set(partition, end);
      return { topic, partition, offset };
    });
    for (const { partition, offset } of begun) this.#solo.read(partition, offset);
    if (this.#behind.size > 0) await this.#caughtUp.promise;
    return begun;
  }

  async stop(): Promise<void> {
    this.#caughtUp.reject(new Error('the follower was stopped'));
    await this.#solo.stop();
  }

  #take(partition: number, records: readonly LogRecord[], nextPosition: number): void {
    for (const record of records) {
      // What it said is unknown, and what is told from now on may be older than it.
      if (record.fault?.kind === 'batch') throw new Error(`${record.topic}[${partition}]: ${record.fault.message}`);
      this.#options.onRecord(record);
    }
    const end = this.#behind.get(partition);
    if (end === undefined || nextPosition < end) return;
    this.#behind.delete(partition);
    if (this.#behind.size === 0) this.#caughtUp.resolve();
  }
}
