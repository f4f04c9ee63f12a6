import { isKnownEvent, readPublishedEvent } from '@signalbox/domain';
import type { LogProducer } from '@signalbox/kafka';
import type { InputLine } from './input-lines.ts';

export interface PublishOptions<Line extends InputLine> {
  readonly producer: LogProducer;
  readonly topic: string;
  /** Header `tenant-id`; without it the events are the default tenant's. */
  readonly tenant?: string;
  /** Events per second; as fast as Kafka takes them by default. */
  readonly ratePerSecond?: number;
  readonly maxEventBytes: number;
  /** What breaks the contract is named and left out; the rest goes on. */
  readonly onBadLine: (line: Line, why: string) => void;
  readonly onGoodLine?: (line: Line) => void;
  /** One more event is on the log. */
  readonly onAcknowledged?: () => void;
}

/**
 * Publishes each line as one record, its bytes as they are. No event id is set: it is derived from the record's place, so
 * that the same line published twice is two events. Resolves with the number of acknowledged ones.
 */
export async function publishLines<Line extends InputLine>(
  lines: AsyncIterable<Line>,
  options: PublishOptions<Line>,
): Promise<number> {
  const { producer, topic, tenant, ratePerSecond, maxEventBytes } = options;
  const headers = tenant === undefined ? {} : { 'tenant-id': tenant };
  const startedAt = performance.now();
  let published = 0;
  let taken = 0;
  let wake: (() => void) | undefined;
  producer.onDrained(() => wake?.());
  for await (const line of lines) {
    const outcome = readPublishedEvent(line.bytes, { maxBytes: maxEventBytes, isKnownEvent });
    if (!outcome.ok) {
      options.onBadLine(line, outcome.message);
      continue;
    }
    if (ratePerSecond !== undefined) await pause(startedAt + (taken / ratePerSecond) * 1000 - performance.now());
    taken++;
    producer.append({ topic, key: null, value: line.bytes, headers }, () => {
      published++;
      options.onAcknowledged?.();
    });
    if (producer.isSaturated()) await new Promise<void>((resolve) => (wake = resolve));
    options.onGoodLine?.(line);
  }
  await producer.flush();
  return published;
}

async function pause(ms: number): Promise<void> {
  // Timers are late by a millisecond or more: a rate above a thousand is kept by not waiting while we are behind.
  if (ms >= 1) await new Promise((resolve) => setTimeout(resolve, ms));
}
