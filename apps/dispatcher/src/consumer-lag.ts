import type { LogConsumer, LogHandler, TopicPartition } from '@signalbox/kafka';
import type { Registry } from '@signalbox/observability';
import { Gauge, metricName } from '@signalbox/observability';

interface Reading {
  position: number;
  logEnd: number;
  /** When that end was heard of. */
  heardAtMs: number;
  /** Of the last record read; undefined before the first. */
  timestampMs: number | undefined;
}

/** An end that was heard of before is asked for again. */
const FRESH_MS = 5_000;

/** How far a role's reading is behind its logs, as of the last fetch of each partition or the last {@link refresh}. */
export class ConsumerLag {
  private readonly readings = new Map<string, Reading>();
  private isAsking = false;

  constructor(private readonly now: () => number = Date.now) {}

  /** The handler, with its positions noted here. */
  watch(handler: LogHandler): LogHandler {
    return {
      onJoin: (join) => {
        this.readings.clear();
        handler.onJoin(join);
      },
      locate: async (assigned, signal) => {
        const positions = await handler.locate(assigned, signal);
        for (const of of assigned) {
          const position = positions.find(({ topic, partition }) => topic === of.topic && partition === of.partition);
          this.readings.set(keyOf(of), {
            position: position?.offset ?? of.logStart,
            logEnd: of.logEnd,
            heardAtMs: this.now(),
            timestampMs: undefined,
          });
        }
        return positions;
      },
      onBatch: (batch) => {
        this.note(batch, batch.nextPosition, batch.logEnd, batch.records.at(-1)?.timestampMs);
        handler.onBatch(batch);
      },
      onAdvance: (position) => {
        this.note(position, position.offset);
        handler.onAdvance(position);
      },
    };
  }

  /**
   * Asks where the logs end, unless that was heard of all of them in the last 5 s: what is paused is not fetched, and grows all
   * the same. While nobody answers, what is known stays.
   */
  async refresh(consumer: Pick<LogConsumer, 'logEnds'>): Promise<void> {
    const staleMs = this.now() - FRESH_MS;
    if (this.isAsking || ![...this.readings.values()].some(({ heardAtMs }) => heardAtMs < staleMs)) return;
    this.isAsking = true;
    try {
      for (const end of await consumer.logEnds()) {
        const reading = this.readings.get(keyOf(end));
        if (reading !== undefined) this.hear(reading, end.offset);
      }
    } catch {
      // That Kafka does not answer is told by the consumer itself.
    } finally {
      this.isAsking = false;
    }
  }

  /** Records that are in the logs and were not read yet. */
  get records(): number {
    let records = 0;
    for (const { logEnd, position } of this.readings.values()) records += Math.max(0, logEnd - position);
    return records;
  }

  /** The age of the last record read of the partition that is the furthest behind; 0 when all is read. */
  seconds(nowMs: number): number {
    let oldestMs = nowMs;
    for (const { logEnd, position, timestampMs } of this.readings.values()) {
      if (position < logEnd && timestampMs !== undefined) oldestMs = Math.min(oldestMs, timestampMs);
    }
    return Math.max(0, nowMs - oldestMs) / 1_000;
  }

  private note(of: TopicPartition, position: number, logEnd?: number, timestampMs?: number): void {
    const reading = this.readings.get(keyOf(of));
    if (reading === undefined) return;
    reading.position = position;
    this.hear(reading, logEnd ?? position);
    reading.timestampMs = timestampMs ?? reading.timestampMs;
  }

  private hear(reading: Reading, logEnd: number): void {
    reading.logEnd = Math.max(reading.logEnd, logEnd);
    reading.heardAtMs = this.now();
  }
}

/**
 * The gauges of a role's lag, read when they are asked for. What has to be asked of the brokers for them is in the next answer:
 * no scrape waits for Kafka.
 */
export function lagGauges(
  registry: Registry,
  role: string,
  lag: ConsumerLag,
  consumer: Pick<LogConsumer, 'logEnds'>,
): void {
  const gauge = (unit: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({
      name: metricName('dispatcher', `${role}_lag`, unit),
      help,
      registers: [registry],
      collect: () => {
        void lag.refresh(consumer);
        made.set(read());
      },
    });
  };
  gauge('records', `Records that the ${role} has not read yet.`, () => lag.records);
  gauge('seconds', `Age of the last record that the ${role} has read, while there are more.`, () =>
    lag.seconds(Date.now()),
  );
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
