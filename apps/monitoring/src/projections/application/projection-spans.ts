import { textOf } from '@signalbox/contracts';
import type { Tracing } from '@signalbox/observability';
import type { Chunk } from './chunk.ts';

/** Records for each fact of a traced attempt that it was projected, as caused by the attempt. `startMs`: Unix ms. */
export function recordProjectionSpans(
  tracing: Pick<Tracing, 'start'>,
  chunks: readonly Chunk[],
  factsTopic: string,
  startMs: number,
): void {
  for (const { topic, partition, records } of chunks) {
    if (topic !== factsTopic) continue;
    for (const { headers, offset } of records) {
      const parent = textOf(headers['traceparent']);
      if (parent === undefined) continue;
      const attributes = { 'messaging.destination.partition.id': String(partition), 'messaging.kafka.offset': offset };
      tracing.start({ name: 'project fact', kind: 'consumer', parent, startMs, attributes })?.end();
    }
  }
}
