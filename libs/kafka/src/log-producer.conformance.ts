import { afterEach, describe, expect, it } from '@jest/globals';
import type { Appended, LogProducer } from './log-producer.port.ts';
import type { LogRecord, TopicPartition } from './log-record.ts';
import { partitionOfKey } from './murmur2.ts';
import { eventually, numbered } from './recording-handler.conformance.ts';

export interface HeldProducer {
  readonly producer: LogProducer;
  /** From now on nothing is acknowledged, as when Kafka is away. */
  hold(): void;
  release(): void;
}

export interface LogProducerHarness {
  createTopic(partitions: number): Promise<string>;
  records(of: TopicPartition): Promise<readonly LogRecord[]>;
  producer(options: { readonly maxWaitingBytes?: number; readonly maxBatchBytes?: number }): HeldProducer;
}

/** What every {@link LogProducer} does. */
export function logProducerConformance(name: string, harness: () => LogProducerHarness): void {
  describe(`${name}, as a LogProducer`, () => {
    const started: HeldProducer[] = [];

    const start = async (options: { maxWaitingBytes?: number; maxBatchBytes?: number } = {}): Promise<HeldProducer> => {
      const held = harness().producer(options);
      started.push(held);
      await held.producer.start();
      return held;
    };
    const valuesOf = async (topic: string, partition: number): Promise<string[]> =>
      (await harness().records({ topic, partition })).map(({ value }) => String(value));

    afterEach(async () => {
      await Promise.all(
        started.splice(0).map(({ producer, release }) => {
          release();
          return producer.stop();
        }),
      );
    });

    it('tells for each record where it was appended, in the order of the appends within a partition', async () => {
      const topic = await harness().createTopic(3);
      const { producer } = await start();
      const appended: Appended[][] = [[], [], []];
      for (const [index, value] of numbered(300).entries()) {
        const partition = index % 3;
        producer.append({ topic, partition, key: null, value }, (where) => appended[partition]?.push(where));
      }
      await producer.flush();
      for (const partition of [0, 1, 2]) {
        expect(appended[partition]).toEqual(Array.from({ length: 100 }, (_, offset) => ({ partition, offset })));
        expect(await valuesOf(topic, partition)).toEqual(numbered(300).filter((_, index) => index % 3 === partition));
      }
    });

    it('places a record by its key where no partition is given', async () => {
      const topic = await harness().createTopic(5);
      const { producer } = await start();
      const keys = numbered(40);
      const partitions = new Map<string, number>();
      for (const key of keys) {
        producer.append({ topic, key, value: 'x' }, ({ partition }) => partitions.set(key, partition));
      }
      await producer.flush();
      for (const key of keys) expect([key, partitions.get(key)]).toEqual([key, partitionOfKey(key, 5)]);
    });

    it('writes keys, values and headers as they are', async () => {
      const topic = await harness().createTopic(1);
      const { producer } = await start();
      const headers = { text: 'grün', bytes: Buffer.from([0, 255]), many: ['a', Buffer.from('b')], none: undefined };
      producer.append({ topic, partition: 0, key: Buffer.from([1, 2]), value: 'välue', headers });
      producer.append({ topic, partition: 0, key: 'key', value: null });
      producer.append({ topic, partition: 0, key: null, value: Buffer.from('x'.repeat(3_000)) });
      await producer.flush();
      const [first, second, third] = await harness().records({ topic, partition: 0 });
      expect(first?.key).toEqual(Buffer.from([1, 2]));
      expect(String(first?.value)).toBe('välue');
      expect(Object.keys(first?.headers ?? {}).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['bytes', 'many', 'text']);
      expect(String(first?.headers['text'])).toBe('grün');
      expect(first?.headers['bytes']).toEqual(Buffer.from([0, 255]));
      expect([first?.headers['many']].flat().map(String)).toEqual(['a', 'b']);
      expect(second).toMatchObject({ key: Buffer.from('key'), value: null, headers: {} });
      expect(String(third?.value)).toBe('x'.repeat(3_000));
    });

    it('resolves a flush when all that was appended before it is acknowledged', async () => {
      const topic = await harness().createTopic(2);
      const { producer, hold, release } = await start();
      await producer.flush();
      hold();
      let acknowledged = 0;
      for (const value of numbered(10)) producer.append({ topic, key: value, value }, () => acknowledged++);
      let isFlushed = false;
      const flushed = producer.flush().then(() => (isFlushed = true));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(isFlushed).toBe(false);
      release();
      await flushed;
      expect(acknowledged).toBeGreaterThanOrEqual(10);
    });

    it('is saturated above its cap, and says when it has drained to the half', async () => {
      const topic = await harness().createTopic(1);
      const { producer, hold, release } = await start({ maxWaitingBytes: 10_000 });
      let drained = 0;
      producer.onDrained(() => {
        drained++;
        expect(producer.isSaturated()).toBe(false);
      });
      hold();
      expect(producer.isSaturated()).toBe(false);
      let appended = 0;
      for (; !producer.isSaturated(); appended++) {
        producer.append({ topic, partition: 0, key: null, value: 'x'.repeat(500) });
      }
      expect(appended).toBeGreaterThan(10);
      expect(appended).toBeLessThan(21);
      expect(drained).toBe(0);
      release();
      await eventually('the drain', () => drained === 1);
      await producer.flush();
      expect(drained).toBe(1);
      expect(await valuesOf(topic, 0)).toHaveLength(appended);
    });

    it('refuses at once a record that no batch can take', async () => {
      const topic = await harness().createTopic(1);
      const { producer } = await start({ maxBatchBytes: 10_000 });
      const value = 'x'.repeat(10_000);
      expect(() => producer.append({ topic, partition: 0, key: null, value })).toThrow(RangeError);
      producer.append({ topic, partition: 0, key: null, value: 'small' });
      await producer.flush();
      expect(await valuesOf(topic, 0)).toEqual(['small']);
    });

    it('leaves out what is void when its turn comes, and says so', async () => {
      const topic = await harness().createTopic(2);
      const { producer, hold, release } = await start();
      producer.append({ topic, partition: 0, key: null, value: 'first' });
      await producer.flush();
      hold();
      const told: string[] = [];
      const lost = new Set<string>();
      for (const value of ['on its way', 'a', 'b', 'c']) {
        for (const partition of [0, 1]) {
          const label = `${value}/${partition}`;
          const isVoid = (): boolean => lost.has(label);
          const onVoid = (): void => void told.push(`void ${label}`);
          producer.append({ topic, partition, key: null, value, isVoid, onVoid }, () => told.push(label));
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      for (const label of ['a/0', 'b/0', 'c/0', 'b/1']) lost.add(label);
      const flushed = producer.flush();
      release();
      await flushed;
      expect(await valuesOf(topic, 0)).toEqual(['first', 'on its way']);
      expect(await valuesOf(topic, 1)).toEqual(['on its way', 'a', 'c']);
      expect(told.toSorted()).toEqual(
        ['a/1', 'c/1', 'on its way/0', 'on its way/1', 'void a/0', 'void b/0', 'void b/1', 'void c/0'].toSorted(),
      );
      expect(producer.isSaturated()).toBe(false);
    });

    it('flushes before it stops, and takes nothing more', async () => {
      const topic = await harness().createTopic(1);
      const { producer } = await start();
      let acknowledged = 0;
      for (const value of numbered(20)) {
        producer.append({ topic, partition: 0, key: null, value }, () => acknowledged++);
      }
      await producer.stop();
      expect(acknowledged).toBe(20);
      expect(() => producer.append({ topic, partition: 0, key: null, value: 'late' })).toThrow('stopped');
    });
  });
}
