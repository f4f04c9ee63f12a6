import type { AssignedPartition, Join, LogBatch, LogConsumer, LogHandler, PartitionPosition } from '@signalbox/kafka';
import { setTimeout as delay } from 'node:timers/promises';
import { readLetter } from '../domain/read-letter.ts';
import type { LetterProjection, LettersObserver } from './letter-projection.port.ts';

/** What the projector does with the log it reads. */
export type LetterLog = Pick<LogConsumer, 'pause' | 'resume' | 'seek'>;

export interface LetterProjectorDeps {
  readonly projection: LetterProjection;
  readonly observer: LettersObserver;
}

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;

/** Projects dead letters, one batch after the other; the partition is paused meanwhile. Positions are in the database. */
export class LetterProjector implements LogHandler {
  readonly #deps: LetterProjectorDeps;
  /** Where each partition stands in the database. */
  readonly #positions = new Map<number, number>();
  #log: LetterLog | undefined;
  /** Aborts with the next join, and with the stop: what was begun before must not touch what comes after. */
  #term = new AbortController();
  #working: Promise<void> = Promise.resolve();
  #lastError: string | null = null;
  #isLocated = false;

  constructor(deps: LetterProjectorDeps) {
    this.#deps = deps;
  }

  /** The consumer that this is the handler of; to be told before it starts. */
  attach(log: LetterLog): void {
    this.#log = log;
  }

  onJoin(_join: Join): void {
    this.#end('the group was joined anew');
    this.#term = new AbortController();
  }

  async locate(assigned: readonly AssignedPartition[], signal: AbortSignal): Promise<readonly PartitionPosition[]> {
    await this.#working;
    const stored = await this.#persist(signal, async () => this.#deps.projection.locate(assigned));
    const positions = assigned.map(({ topic, partition, logStart }) => {
      const stands = stored.find((position) => position.partition === partition)?.offset ?? logStart;
      this.#positions.set(partition, stands);
      // What the topic's retention took before it was projected is gone.
      return { topic, partition, offset: Math.max(stands, logStart) };
    });
    this.#isLocated = true;
    return positions;
  }

  onBatch(batch: LogBatch): void {
    const { topic, partition } = batch;
    const { signal } = this.#term;
    this.#log?.pause([{ topic, partition }]);
    this.#working = this.#working
      .then(async () => this.#persist(signal, async () => this.#project(batch, signal)))
      .then(
        () => this.#log?.resume([{ topic, partition }]),
        // Aborted by a join or the stop: whoever has the partition then reads the batch again.
        () => {},
      );
  }

  onAdvance(_position: PartitionPosition): void {
    // Written with the next batch.
  }

  reasonNotReady(): string | null {
    if (this.#lastError !== null) return `dead letters are not projected: ${this.#lastError}`;
    return this.#isLocated ? null : 'the dead letters are not located yet';
  }

  /** Takes no more and resolves when the transaction under way has ended. */
  async stop(): Promise<void> {
    this.#end('the projector was stopped');
    await this.#working;
  }

  #end(why: string): void {
    this.#term.abort(new Error(why));
    this.#isLocated = false;
    this.#positions.clear();
  }

  async #project(batch: LogBatch, signal: AbortSignal): Promise<void> {
    const { topic, partition, nextPosition } = batch;
    const from = this.#positions.get(partition) ?? batch.position;
    const letters = batch.records.map(readLetter);
    const outcome = await this.#deps.projection.project({ topic, partition, from, to: nextPosition, letters });
    if (outcome === 'projected') this.#deps.observer.onProjected(letters);
    if (signal.aborted) return;
    const stands = outcome === 'projected' ? nextPosition : outcome.standsAt;
    this.#positions.set(partition, stands);
    // Someone else projects it too; the next join tells whose it is.
    if (outcome !== 'projected') this.#log?.seek({ topic, partition, offset: stands });
  }

  async #persist<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)) {
      signal.throwIfAborted();
      try {
        const done = await work();
        this.#lastError = null;
        return done;
      } catch (error) {
        this.#lastError = error instanceof Error ? error.message : String(error);
        this.#deps.observer.onFailed(error);
        await delay(retryMs, undefined, { signal });
      }
    }
  }
}
