import { LogHistory } from './log-history.ts';

export const LAG_ROLES = ['router', 'sender', 'scheduler', 'projector', 'dead-letters'] as const;
export type LagRole = (typeof LAG_ROLES)[number];

/** How far a role is in one partition, as Kafka and the database say it. */
export interface RolePosition {
  readonly role: LagRole;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** The next offset to read; null where none is known. */
  readonly committed: number | null;
  readonly logStart: number;
  /** The next offset to be written. */
  readonly logEnd: number;
  /** What a record has to wait there by design, as in a retry tier. */
  readonly waitMs: number;
}

export interface PartitionLag extends RolePosition {
  readonly lagRecords: number;
  /** Age of the oldest record not done, above what it has to wait. */
  readonly lagMs: number;
  /** For how long it has not moved on though it should have. */
  readonly stalledMs: number;
}

export interface LagReport {
  readonly atMs: number;
  readonly partitions: readonly PartitionLag[];
}

interface Progress {
  readonly committed: number;
  readonly movedAtMs: number;
}

/** Turns positions, seen every few seconds, into lag. */
export class LagMeter {
  readonly #histories = new Map<string, LogHistory>();
  readonly #progress = new Map<string, Progress>();

  measure(positions: readonly RolePosition[], atMs: number): LagReport {
    return { atMs, partitions: positions.map((position) => this.#measure(position, atMs)) };
  }

  #measure(position: RolePosition, atMs: number): PartitionLag {
    const { role, topic, partition, logStart, logEnd, waitMs } = position;
    const history = this.#historyOf(`${topic}/${partition}`);
    history.note(atMs, logEnd);
    // What retention has taken is nobody's lag any more.
    const done = Math.max(position.committed ?? logStart, logStart);
    const key = `${role}/${topic}/${partition}`;
    let progress = this.#progress.get(key);
    if (progress?.committed !== done) this.#progress.set(key, (progress = { committed: done, movedAtMs: atMs }));
    const lagRecords = Math.max(0, logEnd - done);
    const lagMs = lagRecords === 0 ? 0 : Math.max(0, history.ageMs(done, atMs) - waitMs);
    return { ...position, lagRecords, lagMs, stalledMs: Math.min(lagMs, atMs - progress.movedAtMs) };
  }

  #historyOf(key: string): LogHistory {
    let history = this.#histories.get(key);
    if (history === undefined) this.#histories.set(key, (history = new LogHistory()));
    return history;
  }
}
