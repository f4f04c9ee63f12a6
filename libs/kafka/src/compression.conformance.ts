import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { crc32c } from '@node-rs/crc32';
import { describe, expect, it } from '@jest/globals';
import { kafkaJars } from '@signalbox/sandbox';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import { createLogConsumer } from './kafkajs-consumer.ts';
import { createLogFollower } from './kafkajs-follower.ts';
import { createTailReader } from './kafkajs-tail-reader.ts';
import { eventually, numbered, RecordingHandler } from './recording-handler.conformance.ts';
import { FETCH, fetchedPartitions, Wire } from './wire.conformance.ts';

/** In the order of their numbers, from 1. */
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
/** In a batch: its attributes, whose lowest bits name the codec, and what comes before them. */
const ATTRIBUTES_AT = 21;
const CHECKSUM_AT = 17;
const LENGTH_AT = 8;
const UNKNOWN_CODEC = 7;

/** By Kafka's own producer, in Java, which compiles it as it starts. */
async function publishInJava(bootstrap: string, targets: readonly string[], lines: readonly string[]): Promise<void> {
  const program = join(import.meta.dirname, 'compression.conformance.java');
  const classPath = join(await kafkaJars(), '*');
  const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', classPath, program, bootstrap, ...targets];
  const java = spawn('java', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => java.on('exit', resolve));
  java.stdin.end(lines.join('\n'));
  const said = await text(java.stderr);
  expect({ code: await ended, said }).toMatchObject({ code: 0 });
}

/** What publishers compress by their own clients' codecs. */
export function compressedPublishing(cluster: () => KafkaCluster): void {
  describe('records that a publisher compressed', () => {
    it('by gzip, snappy, lz4 and zstd with the Java client are read', async () => {
      const topics: string[] = [];
      for (const _ of CODECS) topics.push(await cluster().createTopic(1));
      const lines = numbered(500).map((line) => `${line} ${'the same again '.repeat(20)}`);
      const targets = CODECS.map((codec, index) => `${topics[index]}=${codec}`);
      await publishInJava(cluster().kafka.bootstrap, targets, lines);
      const wire = new Wire();
      const seen = new Map<string, number>();
      wire.onAnswer = ({ apiKey }, answer) => {
        if (apiKey !== FETCH) return answer;
        for (const { topic, recordsAt, recordsSize } of fetchedPartitions(answer)) {
          if (recordsSize > 0) seen.set(topic, answer.readInt16BE(recordsAt + 4 + ATTRIBUTES_AT) & 7);
        }
        return answer;
      };
      const handler = new RecordingHandler();
      const connection = { ...cluster().connection, socketFactory: wire.socketFactory };
      const groupId = `compressed-${Date.now()}`;
      const consumer = createLogConsumer({ connection, groupId, topics, handler, onFatal: handler.onFatal });
      try {
        await consumer.start();
        await eventually('all records', () => handler.records.length >= lines.length * CODECS.length);
        for (const [index, topic] of topics.entries()) {
          const values = handler.records.filter((record) => record.topic === topic).map(({ value }) => String(value));
          expect(values).toEqual(lines);
          expect(seen.get(topic)).toBe(index + 1);
        }
        expect(handler.breaches).toEqual([]);
      } finally {
        await consumer.stop();
      }
    }, 60_000);

    it('by a codec that nobody knows become one record with a fault, and the next batch is read', async () => {
      const topic = await cluster().createTopic(1);
      const of = { topic, partition: 0, key: null };
      await cluster().append(numbered(3).map((value) => ({ ...of, value })));
      await cluster().append([{ ...of, value: 'after' }]);
      const wire = breakingFirstBatch();
      const handler = new RecordingHandler();
      const connection = { ...cluster().connection, socketFactory: wire.socketFactory };
      const groupId = `unreadable-${Date.now()}`;
      const consumer = createLogConsumer({ connection, groupId, topics: [topic], handler, onFatal: handler.onFatal });
      try {
        await consumer.start();
        await eventually('both', () => handler.position({ topic, partition: 0 }) === 4);
        expect(handler.records).toMatchObject([
          { offset: 2, value: null, fault: { kind: 'batch' } },
          { offset: 3, value: Buffer.from('after'), fault: undefined },
        ]);
        expect(handler.breaches).toEqual([]);
      } finally {
        await consumer.stop();
      }
    });

    it('whose bytes have changed become one record with a fault, and end who reads a tail', async () => {
      const topic = await cluster().createTopic(1);
      const of = { topic, partition: 0 };
      await cluster().append(numbered(3).map((value) => ({ ...of, key: null, value })));
      await cluster().append([{ ...of, key: null, value: 'after' }]);
      const connection = { ...cluster().connection, socketFactory: breakingFirstBatch(toOtherBytes).socketFactory };
      const handler = new RecordingHandler();
      const groupId = `changed-${Date.now()}`;
      const consumer = createLogConsumer({ connection, groupId, topics: [topic], handler, onFatal: handler.onFatal });
      const reader = createTailReader({ connection, topic, onFatal: () => {} });
      try {
        await Promise.all([consumer.start(), reader.start()]);
        await eventually('both', () => handler.position(of) === 4);
        expect(handler.records).toMatchObject([
          { offset: 0, value: null, fault: { kind: 'batch' } },
          { offset: 3, value: Buffer.from('after'), fault: undefined },
        ]);
        const read = reader.read([{ ...of, offset: 0 }], () => {});
        await expect(read).rejects.toThrow(`${topic}[0]: the batch that begins at offset 0 cannot be read`);
      } finally {
        await Promise.all([consumer.stop(), reader.stop()]);
      }
    });

    it.each([
      ['changed', toOtherBytes],
      ['of an unknown codec', toUnknownCodec],
    ])('that came %s once are fetched again, and nothing of them is lost', async (_title, breakBatch) => {
      const topic = await cluster().createTopic(1);
      const of = { topic, partition: 0 };
      const lines = numbered(3);
      await cluster().append(lines.map((value) => ({ ...of, key: null, value })));
      const connectionOnce = () => ({
        ...cluster().connection,
        socketFactory: breakingFirstBatch(breakBatch, 1).socketFactory,
      });
      const handler = new RecordingHandler();
      const groupId = `once-${Date.now()}`;
      const consumer = createLogConsumer({
        connection: connectionOnce(),
        groupId,
        topics: [topic],
        handler,
        onFatal: handler.onFatal,
      });
      const read: string[] = [];
      const reader = createTailReader({ connection: connectionOnce(), topic, onFatal: () => {} });
      const followed: string[] = [];
      const follower = createLogFollower({
        connection: connectionOnce(),
        topic,
        onRecord: ({ value }) => followed.push(String(value)),
        onFatal: () => {},
      });
      try {
        await Promise.all([consumer.start(), reader.start(), follower.start()]);
        await reader.read([{ ...of, offset: 0 }], ({ value }) => read.push(String(value)));
        await eventually('all', () => handler.position(of) === lines.length);
        const handed = handler.records.map(({ value }) => String(value));
        expect({ handed, read, followed }).toEqual({ handed: lines, read: lines, followed: lines });
        expect(handler.breaches).toEqual([]);
      } finally {
        await Promise.all([consumer.stop(), reader.stop(), follower.stop()]);
      }
    });

    it('by a codec that nobody knows end who follows a log: what they said is unknown', async () => {
      const topic = await cluster().createTopic(1);
      await cluster().append([{ topic, partition: 0, key: 'webhook', value: 'state' }]);
      const connection = { ...cluster().connection, socketFactory: breakingFirstBatch().socketFactory };
      const fatal = Promise.withResolvers<Error>();
      const records: unknown[] = [];
      const follower = createLogFollower({
        connection,
        topic,
        onRecord: (record) => records.push(record),
        onFatal: fatal.resolve,
      });
      try {
        await expect(follower.start()).rejects.toThrow(`${topic}[0]: the batch from offset 0 to 0 cannot be read`);
        expect(await fatal.promise).toBeInstanceOf(Error);
        expect(records).toEqual([]);
      } finally {
        await follower.stop();
      }
    });
  });
}

/** As if a producer had sent it so. */
function toUnknownCodec(batch: Buffer): void {
  batch.writeInt16BE(UNKNOWN_CODEC, ATTRIBUTES_AT);
  const end = LENGTH_AT + 4 + batch.readInt32BE(LENGTH_AT);
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT, end)), CHECKSUM_AT);
}

/** On its way to us, or on the broker's disk. */
function toOtherBytes(batch: Buffer): void {
  const last = LENGTH_AT + 4 + batch.readInt32BE(LENGTH_AT) - 1;
  batch.writeUInt8(batch.readUInt8(last) ^ 1, last);
}

/** @param times how often the batch is broken; after that it comes as it is. */
function breakingFirstBatch(breakBatch = toUnknownCodec, times = Infinity): Wire {
  const wire = new Wire();
  let broken = 0;
  wire.onAnswer = ({ apiKey }, answer) => {
    if (apiKey !== FETCH) return answer;
    for (const { recordsAt, recordsSize } of fetchedPartitions(answer)) {
      if (recordsSize <= 0) continue;
      const isFirst = answer.readBigInt64BE(recordsAt + 4) === 0n;
      if (isFirst && broken++ < times) breakBatch(answer.subarray(recordsAt + 4));
    }
    return answer;
  };
  return wire;
}
