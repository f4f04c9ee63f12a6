import { decodeFact } from '@signalbox/contracts';
import type { KafkaConnection, LogRecord, TailReader } from '@signalbox/kafka';
import { createLogFollower, createTailReader } from '@signalbox/kafka';
import type { LiveLog, LiveLogListener, LiveRecord, OpenLiveLog } from '../../application/live-log.port.ts';
import type { Positions } from '../../domain/positions.ts';

/** {@link LiveLog} of the topic `attempts`, by readers of their own groups, which commit nothing. */
export class KafkaLiveLog implements LiveLog {
  readonly #connection: KafkaConnection;
  readonly #topic: string;

  constructor(connection: KafkaConnection, topic: string) {
    this.#connection = connection;
    this.#topic = topic;
  }

  async open(listener: LiveLogListener): Promise<OpenLiveLog> {
    const connection = this.#connection;
    const topic = this.#topic;
    const follower = createLogFollower({
      connection,
      topic,
      from: 'end',
      onRecord: (record) => listener.onRecord(liveRecordOf(record)),
      onFatal: (error) => listener.onLost(error),
    });
    let tail: Promise<TailReader> | undefined;
    const startTail = async (): Promise<TailReader> => {
      const reader = createTailReader({ connection, topic, onFatal: (error) => listener.onLost(error) });
      await reader.start();
      return reader;
    };
    try {
      const begun = await follower.start();
      return {
        begun: byPartition(begun),
        // Most readers never ask: it joins when the first does.
        reread: async (from, onRecord, signal) => {
          const reader = await (tail ??= startTail());
          const positions = from.map((offset, partition) => ({ topic, partition, offset }));
          return byPartition(await reader.read(positions, (record) => onRecord(liveRecordOf(record)), signal));
        },
        close: async () => {
          await Promise.all([follower.stop(), tail?.then(async (reader) => reader.stop())]);
        },
      };
    } catch (error) {
      await follower.stop();
      throw error;
    }
  }
}

function byPartition(positions: readonly { readonly partition: number; readonly offset: number }[]): Positions {
  const offsets: number[] = [];
  for (const { partition, offset } of positions) offsets[partition] = offset;
  return Array.from(offsets, (offset) => offset ?? 0);
}

function liveRecordOf({ partition, offset, headers, value }: LogRecord): LiveRecord {
  const fact = decodeFact(headers, value);
  return { partition, offset, fact: fact.kind === 'not-a-fact' ? undefined : fact };
}
