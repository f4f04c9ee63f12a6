import type { AssignedPartition, Join, LogBatch, LogHandler } from './log-consumer.port.ts';
import type { LogRecord, PartitionPosition, TopicPartition } from './log-record.ts';

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/**
 * Keeps what a consumer does to it, and holds it to the port: one call at a time, nothing before a partition was located,
 * each batch exactly where the one before ended. Breaches are collected in `breaches`.
 */
export class RecordingHandler implements LogHandler {
  readonly joins: Join[] = [];
  readonly located: (readonly AssignedPartition[])[] = [];
  readonly batches: LogBatch[] = [];
  readonly advances: PartitionPosition[] = [];
  readonly breaches: string[] = [];
  readonly fatal: Error[] = [];
  abortedLocates = 0;
  /** Replaces where to begin; by default the committed offset, else the log's start. */
  locateWith: (assigned: readonly AssignedPartition[], signal: AbortSignal) => Promise<readonly PartitionPosition[]> = (
    assigned,
  ) =>
    Promise.resolve(
      assigned.map(({ topic, partition, committedOffset, logStart }) => ({
        topic,
        partition,
        offset: committedOffset ?? logStart,
      })),
    );
  /** Runs after a batch was kept. */
  afterBatch: (batch: LogBatch) => void = () => {};
  readonly #positions = new Map<string, number>();

  readonly onFatal = (error: Error): void => {
    this.fatal.push(error);
  };

  onJoin(join: Join): void {
    this.joins.push(join);
    this.#positions.clear();
  }

  async locate(assigned: readonly AssignedPartition[], signal: AbortSignal): Promise<readonly PartitionPosition[]> {
    this.located.push(assigned);
    signal.addEventListener('abort', () => this.abortedLocates++);
    const positions = await this.locateWith(assigned, signal);
    if (!signal.aborted) for (const position of positions) this.#positions.set(keyOf(position), position.offset);
    return positions;
  }

  onBatch(batch: LogBatch): void {
    this.#expect(batch, batch.position);
    for (const { offset } of batch.records) {
      if (offset < batch.position || offset >= batch.nextPosition) {
        this.breaches.push(`record ${offset} lies outside its batch [${batch.position}, ${batch.nextPosition})`);
      }
    }
    this.#positions.set(keyOf(batch), batch.nextPosition);
    this.batches.push(batch);
    this.afterBatch(batch);
  }

  onAdvance(position: PartitionPosition): void {
    const before = this.#positions.get(keyOf(position));
    if (before === undefined || position.offset <= before) {
      this.breaches.push(`${keyOf(position)} advanced from ${before} to ${position.offset}`);
    }
    this.#positions.set(keyOf(position), position.offset);
    this.advances.push(position);
  }

  /** What the handler was told it has read, or asked to read on from. */
  position(of: TopicPartition): number | undefined {
    return this.#positions.get(keyOf(of));
  }

  /** To be told of a seek. */
  sought(position: PartitionPosition): void {
    this.#positions.set(keyOf(position), position.offset);
  }

  get records(): readonly LogRecord[] {
    return this.batches.flatMap(({ records }) => records);
  }

  values(of?: TopicPartition): string[] {
    return this.records
      .filter((record) => of === undefined || keyOf(record) === keyOf(of))
      .map(({ value }) => String(value));
  }

  get lastJoin(): Join | undefined {
    return this.joins.at(-1);
  }

  #expect(batch: LogBatch, position: number): void {
    const expected = this.#positions.get(keyOf(batch));
    if (expected !== position) this.breaches.push(`${keyOf(batch)} was given at ${position}, expected ${expected}`);
  }
}

/** Asks until the condition holds; throws what it was waiting for. */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 20_000) {
  const giveUpAt = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `value-${from + index}`);
