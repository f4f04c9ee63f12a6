import type { KafkaConnection } from '@signalbox/kafka';
import { createTailReader } from '@signalbox/kafka';
import type { LogRange, LogRemains } from '../../domain/log-remains.ts';

/** Looks at the first record of each log. Rejects when Kafka cannot be read. */
export async function readLogRemains(
  connection: KafkaConnection,
  cut: readonly LogRange[],
): Promise<readonly LogRemains[]> {
  const byTopic = [...Map.groupBy(cut, ({ topic }) => topic)];
  return (await Promise.all(byTopic.map(async ([topic, ranges]) => remainsOf(connection, topic, ranges)))).flat();
}

async function remainsOf(
  connection: KafkaConnection,
  topic: string,
  ranges: readonly LogRange[],
): Promise<readonly LogRemains[]> {
  const begins = new Map<number, number>();
  const left = ranges.filter(({ logStart, logEnd }) => logEnd > logStart);
  if (left.length > 0) {
    const seenAll = new AbortController();
    const reader = createTailReader({ connection, topic, onFatal: (error) => seenAll.abort(error) });
    try {
      await reader.start();
      const from = left.map(({ partition, logStart }) => ({ topic, partition, offset: logStart }));
      const reading = reader.read(
        from,
        ({ partition, timestampMs }) => {
          if (!begins.has(partition)) begins.set(partition, timestampMs);
          if (begins.size === left.length) seenAll.abort();
        },
        seenAll.signal,
      );
      await reading.catch((error: unknown) => {
        if (begins.size < left.length) throw error;
      });
    } finally {
      await reader.stop();
    }
  }
  return ranges.map((range) => ({ ...range, beginsAtMs: begins.get(range.partition) ?? Infinity }));
}
