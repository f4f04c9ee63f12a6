import type { LogHandler, TopicPartition } from '@signalbox/kafka';
import type { Registry } from '@signalbox/observability';
import { Gauge, metricName } from '@signalbox/observability';

interface Reading {
  position: number;
  logEnd: number;
  /** Of the last record read; undefined before the first. */
  timestampMs: number | undefined;
}

/** How far a role's reading is behind its logs, as of the last fetch of each partition. */
export class ConsumerLag {
  private readonly readings = new Map<string, Reading>();

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
          const reading = { position: position?.offset ?? of.logStart, logEnd: of.logEnd, timestampMs: undefined };
          this.readings.set(keyOf(of), reading);
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
    reading.logEnd = Math.max(reading.logEnd, logEnd ?? position);
    reading.timestampMs = timestampMs ?? reading.timestampMs;
  }
}

/** The gauges of a role's lag, read when they are asked for. */
export function lagGauges(registry: Registry, role: string, lag: ConsumerLag): void {
  const gauge = (unit: string, help: string, read: () => number): void => {
    const made: Gauge = new Gauge({
      name: metricName('dispatcher', `${role}_lag`, unit),
      help,
      registers: [registry],
      collect: () => made.set(read()),
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
