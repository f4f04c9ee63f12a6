import type { LogConsumer } from '@signalbox/kafka';

/** What the projector does with the logs it reads. */
export type ProjectedLogs = Pick<LogConsumer, 'pause' | 'resume' | 'seek' | 'commit'>;

/** What the projector tells about its work. */
export interface ProjectorObserver {
  /** After a transaction: how many records of each kind it held, how long it took, and how old its newest record was. */
  onProjected(projected: {
    readonly kinds: ReadonlyMap<string, number>;
    readonly durationMs: number;
    readonly ageMs: number;
  }): void;
  onDeadLetters(count: number): void;
  /** Records of deliveries that are too old to be kept. */
  onOutlived(count: number): void;
  /** Someone else projects the same partitions. */
  onOvertaken(partitions: number): void;
  /** The database did not take a batch; it is tried again. */
  onFailed(error: unknown): void;
}
