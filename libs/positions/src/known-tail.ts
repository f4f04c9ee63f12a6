import type { LogRecord, TailReader } from '@signalbox/kafka';
import { KnownPositions } from './known-positions.ts';

export interface KnownTailOptions {
  readonly reader: Pick<TailReader, 'read'>;
  readonly topic: string;
  readonly partitions: number;
}

/** Beyond every end: reading from here reads nothing and tells where the end is. */
const BEYOND = Number.MAX_SAFE_INTEGER;

/**
 * How far a topic reaches that others write to as well, and what was written to it since. What we append ourselves is
 * noted; the rest has to be asked for now and then, or a later owner would have to read from long ago.
 */
export class KnownTail {
  private readonly ends = new KnownPositions();
  private asking: Promise<void> | undefined;

  constructor(private readonly options: KnownTailOptions) {}

  /** A lower bound of each partition's end; the same object while nothing changed. */
  snapshot(): readonly number[] {
    return this.ends.snapshot();
  }

  /** All of `partition` below `position` is known. */
  note(partition: number, position: number): void {
    this.ends.note(partition, position);
  }

  /** Hands over all records from these positions on (0 where none is given), and learns the ends. */
  async readFrom(
    positions: readonly number[],
    onRecord: (record: LogRecord) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    await this.read((partition) => positions[partition] ?? 0, onRecord, signal);
  }

  /** Learns the ends and reads nothing. */
  async learnEnds(signal?: AbortSignal): Promise<void> {
    await this.read(
      () => BEYOND,
      () => {},
      signal,
    );
  }

  /** `learnEnds` in the background; one at a time, and a failure is left to the next. */
  refresh(): void {
    this.asking ??= this.learnEnds()
      .catch(() => {})
      .finally(() => (this.asking = undefined));
  }

  private async read(
    positionOf: (partition: number) => number,
    onRecord: (record: LogRecord) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { reader, topic, partitions } = this.options;
    const from = Array.from({ length: partitions }, (_, partition) => ({
      topic,
      partition,
      offset: positionOf(partition),
    }));
    for (const { partition, offset } of await reader.read(from, onRecord, signal)) this.ends.note(partition, offset);
  }
}
