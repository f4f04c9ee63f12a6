import type {
  AssignedPartition,
  Join,
  LogBatch,
  LogHandler,
  PartitionPosition,
  TopicPartition,
} from '@signalbox/kafka';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Chunk } from './chunk.ts';
import { Backlog } from './backlog.ts';
import type { ProjectChunksDeps } from './project-chunks.ts';
import { projectChunks } from './project-chunks.ts';
import type { ProjectedLogs, ProjectorObserver } from './projector.port.ts';

export interface ProjectorDeps extends ProjectChunksDeps {
  readonly observer: ProjectorObserver;
  /** Absent where no traces are wanted. */
  readonly onCommitted?: ((chunks: readonly Chunk[], startedAtMs: number) => void) | undefined;
}

/** Records a transaction. Larger ones gain nothing more and hold the locks for longer. */
const MAX_BATCH_RECORDS = 2_000;
/**
 * A partition is paused while more than this waits, and goes on below half of it (invariant 5). A few batches: more would
 * only grow old in memory, which costs more in garbage collection than all of the projecting.
 */
const MAX_BACKLOG_BYTES = 8 * 1024 * 1024;
/**
 * So does one of which more than this waits. Facts are smaller than deliveries: fetched as far as they go, they would be far
 * ahead of their deliveries, fill the backlog, and have to be projected without them.
 */
const MAX_QUEUED_RECORDS = 400;
/**
 * Transactions of a few records follow each other no faster: their cost hardly depends on their size, and a delivery whose
 * facts come into the same one is one row written once. The first after a pause is made at once.
 */
const MIN_INTERVAL_MS = 150;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;
/** The group's offsets are only for tools that show lag; the positions are in Postgres. */
const COMMIT_EVERY_MS = 5_000;

/**
 * Projects what the log hands over, one transaction after the other. `onBatch` returns at once, so that heartbeats go on
 * whatever the database does.
 */
export class Projector implements LogHandler {
  readonly #deps: ProjectorDeps;
  readonly #backlog = new Backlog();
  readonly #paused = new Map<string, TopicPartition>();
  /** Where the next record to be projected is, by partition. */
  readonly #positions = new Map<string, PartitionPosition>();
  /** Where each log ended when last asked. */
  readonly #logEnds = new Map<string, number>();
  #logs: ProjectedLogs | undefined;
  /** One more with each join: what was begun before must not touch what came after. */
  #generation = 0;
  #working: Promise<void> | undefined;
  #isLocated = false;
  #isStopped = false;
  #lastError: string | null = null;
  #committedAtMs = 0;
  #committing = false;

  constructor(deps: ProjectorDeps) {
    this.#deps = deps;
  }

  /** The consumer that this projector is the handler of; to be told before it starts. */
  attach(logs: ProjectedLogs): void {
    this.#logs = logs;
  }

  onJoin(_join: Join): void {
    this.#generation++;
    this.#isLocated = false;
    this.#backlog.clear();
    this.#paused.clear();
    this.#positions.clear();
    this.#logEnds.clear();
  }

  async locate(assigned: readonly AssignedPartition[], signal: AbortSignal): Promise<readonly PartitionPosition[]> {
    // What is in the middle of its transaction decides where to go on.
    await this.#working;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)) {
      signal.throwIfAborted();
      try {
        const positions = await this.#deps.readModels.locate(assigned);
        signal.throwIfAborted();
        this.#backlog.open(positions);
        for (const position of positions) this.#moveTo(position);
        for (const partition of assigned) this.#logEnds.set(keyOf(partition), partition.logEnd);
        this.#isLocated = true;
        this.#lastError = null;
        return positions;
      } catch (error) {
        signal.throwIfAborted();
        this.#fail(error);
        await delay(retryMs, undefined, { signal });
      }
    }
  }

  onBatch(batch: LogBatch): void {
    this.#backlog.add(batch);
    if (batch.logEnd !== undefined) this.#logEnds.set(keyOf(batch), batch.logEnd);
    if (this.#backlog.bytes > MAX_BACKLOG_BYTES || this.#backlog.recordsOf(batch) > MAX_QUEUED_RECORDS) {
      const { topic, partition } = batch;
      this.#paused.set(keyOf(batch), { topic, partition });
      this.#logs?.pause([{ topic, partition }]);
    }
    this.#wake();
  }

  onAdvance(position: PartitionPosition): void {
    this.#backlog.advance(position);
    this.#wake();
  }

  /** Why it does not project now, for the operator; null while it does. */
  reasonNotReady(): string | null {
    if (this.#lastError !== null) return `the last batch was not projected: ${this.#lastError}`;
    return this.#isLocated ? null : 'the partitions to project are not located yet';
  }

  /** Records of this instance's partitions that are not projected yet, as far as the brokers have told. */
  get lagRecords(): number {
    let lag = 0;
    for (const [key, end] of this.#logEnds) lag += Math.max(0, end - (this.#positions.get(key)?.offset ?? end));
    return lag;
  }

  /** Takes no more and resolves when the transaction under way has ended. To be called before the consumer leaves. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#working;
    this.#committedAtMs = -Infinity;
    await this.#commit();
  }

  #wake(): void {
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    // A new turn, so that all batches of one answer from the broker come into one transaction.
    await nextTurn();
    for (;;) {
      const chunks = this.#isStopped ? [] : this.#backlog.take(MAX_BATCH_RECORDS);
      if (chunks.length === 0) {
        this.#working = undefined;
        return;
      }
      const startedAtMs = performance.now();
      await this.#project(chunks, this.#generation);
      this.#resume();
      void this.#commit();
      const restMs = MIN_INTERVAL_MS - (performance.now() - startedAtMs);
      if (restMs > 0 && this.#backlog.records < MAX_BATCH_RECORDS) await delay(restMs);
    }
  }

  async #project(chunks: readonly Chunk[], generation: number): Promise<void> {
    const { observer } = this.#deps;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)) {
      const startedAtMs = performance.now();
      const startedAt = Date.now();
      try {
        const { kinds, deadLetters, outlived, overtaken } = await projectChunks(this.#deps, chunks);
        const newestMs = Math.max(...chunks.map(({ records }) => records.at(-1)?.timestampMs ?? 0));
        this.#lastError = null;
        observer.onProjected({
          kinds,
          durationMs: performance.now() - startedAtMs,
          ageMs: newestMs === 0 ? 0 : Math.max(0, Date.now() - newestMs),
        });
        if (deadLetters > 0) observer.onDeadLetters(deadLetters);
        if (outlived > 0) observer.onOutlived(outlived);
        if (overtaken.length === 0) this.#deps.onCommitted?.(chunks, startedAt);
        if (generation !== this.#generation) return;
        for (const { topic, partition, to } of chunks) this.#moveTo({ topic, partition, offset: to });
        if (overtaken.length > 0) this.#relocate(overtaken);
        return;
      } catch (error) {
        this.#fail(error);
        // After a join everything is located anew, and after a stop nothing more is done.
        if (generation !== this.#generation || this.#isStopped) return;
        await delay(retryMs);
        if (generation !== this.#generation || this.#isStopped) return;
      }
    }
  }

  /** Someone else projects them too: forget what was read and go on where they stand. The next join tells whose they are. */
  #relocate(positions: readonly PartitionPosition[]): void {
    this.#deps.observer.onOvertaken(positions.length);
    this.#backlog.open(positions);
    for (const position of positions) {
      this.#moveTo(position);
      this.#logs?.seek(position);
    }
  }

  #moveTo(position: PartitionPosition): void {
    this.#positions.set(keyOf(position), position);
  }

  #resume(): void {
    if (this.#paused.size === 0 || this.#backlog.bytes > MAX_BACKLOG_BYTES / 2) return;
    const resumed = [...this.#paused.values()].filter((of) => this.#backlog.recordsOf(of) <= MAX_QUEUED_RECORDS / 2);
    for (const of of resumed) this.#paused.delete(keyOf(of));
    if (resumed.length > 0) this.#logs?.resume(resumed);
  }

  async #commit(): Promise<void> {
    if (this.#committing || this.#logs === undefined || performance.now() - this.#committedAtMs < COMMIT_EVERY_MS)
      return;
    this.#committing = true;
    try {
      await this.#logs.commit([...this.#positions.values()].map((position) => ({ ...position, metadata: '' })));
      this.#committedAtMs = performance.now();
    } catch {
      // Nothing depends on it.
    } finally {
      this.#committing = false;
    }
  }

  #fail(error: unknown): void {
    this.#lastError = error instanceof Error ? error.message : String(error);
    this.#deps.observer.onFailed(error);
  }
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}|${partition}`;
