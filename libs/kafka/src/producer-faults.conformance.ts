import { afterEach, describe, expect, it } from '@jest/globals';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import { createLogProducer, type LogProducerOptions } from './kafkajs-producer.ts';
import type { LogProducer } from './log-producer.port.ts';
import type { TopicPartition } from './log-record.ts';
import { eventually, numbered } from './recording-handler.conformance.ts';
import { failProduce, PRODUCE, producedBatches, Wire, type ProducedBatch } from './wire.conformance.ts';

const UNKNOWN_SERVER_ERROR = -1;
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;

/** What kafkajs's producer makes of faults, and what the adapter makes of that. */
export function producerFaults(cluster: () => KafkaCluster): void {
  describe('the kafkajs producer, at faults', () => {
    const started: LogProducer[] = [];

    const start = async (wire: Wire, options: Partial<LogProducerOptions> = {}): Promise<LogProducer> => {
      const connection = { ...cluster().connection, socketFactory: wire.socketFactory, ...options.connection };
      const producer = createLogProducer({ ...options, connection });
      started.push(producer);
      await producer.start();
      return producer;
    };
    const valuesOf = async (topic: string, partition: number): Promise<string[]> =>
      (await cluster().records({ topic, partition })).map(({ value }) => String(value));
    const portOf = (nodeId: number): number => cluster().kafka.nodes[nodeId - 1]?.port ?? 0;
    const moveTo = async (of: TopicPartition, replicas: number[]): Promise<void> => {
      await cluster().reassign(of, replicas);
      await eventually('the move', async () => (await cluster().leaderOf(of)) === replicas[0]);
    };
    /** Keeps what was produced, request by request. */
    const watch = (wire: Wire, topic: string): ProducedBatch[] => {
      const batches: ProducedBatch[] = [];
      const before = wire.onRequest;
      wire.onRequest = (request) => {
        if (request.apiKey === PRODUCE) batches.push(...producedBatches(request).filter((b) => b.topic === topic));
        return before(request);
      };
      return batches;
    };

    afterEach(async () => {
      await Promise.all(started.splice(0).map((producer) => producer.stop()));
    });

    it('sends what kafkajs left out because a leader moved to a broker that had answered already', async () => {
      const topic = await cluster().createTopicOn([
        [1, 2, 3],
        [1, 2, 3],
      ]);
      const wire = new Wire();
      const producer = await start(wire);
      for (const partition of [0, 1]) producer.append({ topic, partition, key: null, value: 'first' });
      await producer.flush();
      let hasMoved = false;
      let hasReturned = false;
      const answered = Promise.withResolvers<void>();
      wire.onRequest = async (request) => {
        if (request.apiKey !== PRODUCE) return;
        if (request.port === portOf(1) && !hasMoved) {
          hasMoved = true;
          await moveTo({ topic, partition: 1 }, [2, 3]);
        } else if (request.port === portOf(2) && !hasReturned) {
          hasReturned = true;
          await answered.promise;
          await moveTo({ topic, partition: 1 }, [1, 3]);
        }
      };
      wire.onAnswer = (request, answer) => {
        const isLeft = hasMoved && request.apiKey === PRODUCE && request.port === portOf(1);
        // The one that had both partitions is refused as a whole.
        if (isLeft && producedBatches(request).length === 1) answered.resolve();
        return answer;
      };
      const acknowledged: string[] = [];
      for (const value of numbered(20)) {
        const partition = Number(value.endsWith('1'));
        producer.append({ topic, partition, key: null, value }, ({ offset }) =>
          acknowledged.push(`${value}@${offset}`),
        );
      }
      await producer.flush();
      expect(hasReturned).toBe(true);
      expect(acknowledged).toHaveLength(20);
      expect(await valuesOf(topic, 0)).toEqual(['first', ...numbered(20).filter((value) => !value.endsWith('1'))]);
      expect(await valuesOf(topic, 1)).toEqual(['first', 'value-1', 'value-11']);
    });

    it('appends nothing twice because one broker fails while another takes its time', async () => {
      const topic = await cluster().createTopicOn([
        [1, 2, 3],
        [2, 1, 3],
      ]);
      const wire = new Wire();
      let failures = 0;
      wire.onAnswer = async ({ apiKey, port }, answer) => {
        if (apiKey !== PRODUCE) return answer;
        if (port === portOf(2) && ++failures <= 2) return 'cut';
        if (port === portOf(1)) await new Promise((resolve) => setTimeout(resolve, 1_000));
        return answer;
      };
      // The very first records of a producer, too: it does not know the leaders yet.
      const producer = await start(wire);
      for (const value of numbered(10)) {
        for (const partition of [0, 1]) producer.append({ topic, partition, key: null, value });
      }
      await producer.flush();
      expect(failures).toBeGreaterThan(2);
      expect(await valuesOf(topic, 0)).toEqual(numbered(10));
      expect(await valuesOf(topic, 1)).toEqual(numbered(10));
    });

    it('appends nothing twice because a leader moved to a broker that was still being retried', async () => {
      const topic = await cluster().createTopicOn([
        [1, 3, 2],
        [2, 3, 1],
      ]);
      const wire = new Wire();
      const producer = await start(wire);
      for (const partition of [0, 1]) producer.append({ topic, partition, key: null, value: 'first' });
      await producer.flush();
      let isMoved = false;
      const answered = Promise.withResolvers<void>();
      wire.onRequest = async ({ apiKey, port }) => {
        if (apiKey !== PRODUCE || port !== portOf(2) || isMoved) return;
        isMoved = true;
        await answered.promise;
        await moveTo({ topic, partition: 0 }, [3, 2]);
        await moveTo({ topic, partition: 1 }, [3, 1]);
      };
      wire.onAnswer = ({ apiKey, port }, answer) => {
        if (apiKey === PRODUCE && port === portOf(1)) answered.resolve();
        return answer;
      };
      for (const partition of [0, 1]) producer.append({ topic, partition, key: null, value: 'second' });
      await producer.flush();
      expect(isMoved).toBe(true);
      expect(await valuesOf(topic, 0)).toEqual(['first', 'second']);
      expect(await valuesOf(topic, 1)).toEqual(['first', 'second']);
    });

    it('goes on with the same producer, and appends nothing twice, however often an answer is lost', async () => {
      const topic = await cluster().createTopic(1);
      const wire = new Wire();
      const retry = { retries: 2, initialRetryTime: 20, maxRetryTime: 50 };
      const producer = await start(wire, {
        connection: { ...cluster().connection, socketFactory: wire.socketFactory, retry },
      });
      let cuts = 0;
      wire.onAnswer = ({ apiKey }, answer) => (apiKey === PRODUCE && ++cuts <= 5 ? 'cut' : answer);
      for (const value of numbered(10)) producer.append({ topic, partition: 0, key: null, value });
      await producer.flush();
      expect(cuts).toBeGreaterThan(5);
      expect(await valuesOf(topic, 0)).toEqual(numbered(10));
    });

    it('leaves a producer whose batch was rejected although it had been appended, and sends that batch first', async () => {
      const topic = await cluster().createTopic(1);
      const wire = new Wire();
      const batches = watch(wire, topic);
      const producer = await start(wire);
      let wedged: number | undefined;
      wire.onAnswer = (request, answer) => {
        if (request.apiKey !== PRODUCE) return answer;
        const producerId = producedBatches(request)[0]?.producerId;
        const isFirst = wedged === undefined;
        wedged ??= producerId;
        if (producerId !== wedged) return answer;
        return failProduce(answer, isFirst ? UNKNOWN_SERVER_ERROR : OUT_OF_ORDER_SEQUENCE_NUMBER);
      };
      const acknowledged: string[] = [];
      const append = (value: string): void =>
        producer.append({ topic, partition: 0, key: null, value }, () => acknowledged.push(value));
      for (const value of numbered(3)) append(value);
      await eventually('the first batch', () => batches.length === 1);
      for (const value of numbered(4, 3)) append(value);
      await producer.flush();
      expect(acknowledged).toEqual(numbered(7));
      // Appended twice, as the broker had it already; but in order, and nothing after it was dropped as a duplicate.
      expect(await valuesOf(topic, 0)).toEqual([...numbered(3), ...numbered(7)]);
      expect(batches.map(({ records, firstSequence }) => [records, firstSequence])).toEqual([
        [3, 0],
        [3, 0],
        [4, 3],
      ]);
      expect(batches[1]?.producerId).not.toBe(batches[0]?.producerId);
      expect(batches[2]?.producerId).toBe(batches[1]?.producerId);
    });

    it('takes a new producer before the sequence numbers of a partition run out', async () => {
      const topic = await cluster().createTopic(1);
      const wire = new Wire();
      const batches = watch(wire, topic);
      const producer = await start(wire, { renewAfterRecords: 10 });
      for (const value of numbered(6)) {
        for (const index of numbered(5))
          producer.append({ topic, partition: 0, key: null, value: `${value} ${index}` });
        await producer.flush();
      }
      expect(await valuesOf(topic, 0)).toEqual(
        numbered(6).flatMap((value) => numbered(5).map((index) => `${value} ${index}`)),
      );
      expect(new Set(batches.map(({ producerId }) => producerId)).size).toBe(3);
      expect(batches.map(({ firstSequence }) => firstSequence)).toEqual([0, 5, 0, 5, 0, 5]);
    });

    it('has one request to a broker at a time, also to one that became the leader of another call', async () => {
      const topic = await cluster().createTopicOn([
        [1, 2, 3],
        [2, 1, 3],
      ]);
      const wire = new Wire();
      const producer = await start(wire);
      for (const partition of [0, 1]) producer.append({ topic, partition, key: null, value: 'first' });
      await producer.flush();
      const inFlight = new Map<number, number>();
      let mostInFlight = 0;
      let hasMoved = false;
      const isRefused = Promise.withResolvers<void>();
      wire.onRequest = async ({ apiKey, port }) => {
        if (apiKey !== PRODUCE) return;
        const count = (inFlight.get(port) ?? 0) + 1;
        inFlight.set(port, count);
        mostInFlight = Math.max(mostInFlight, count);
        if (port !== portOf(2) || hasMoved) return;
        hasMoved = true;
        await moveTo({ topic, partition: 1 }, [1, 3]);
      };
      wire.onAnswer = async ({ apiKey, port }, answer) => {
        if (apiKey !== PRODUCE) return answer;
        if (port === portOf(2)) isRefused.resolve();
        // Long enough for the other call to find its new leader, which is this one.
        if (port === portOf(1))
          await isRefused.promise.then(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
        inFlight.set(port, (inFlight.get(port) ?? 0) - 1);
        return answer;
      };
      for (const partition of [0, 1]) producer.append({ topic, partition, key: null, value: 'second' });
      await producer.flush();
      expect(hasMoved).toBe(true);
      expect(mostInFlight).toBe(1);
      for (const partition of [0, 1]) expect(await valuesOf(topic, partition)).toEqual(['first', 'second']);
    });

    it('sends nothing while it may not start, and what is left at the end', async () => {
      const topic = await cluster().createTopic(1);
      let mayStart = true;
      const producer = await start(new Wire(), { mayStart: () => mayStart });
      let acknowledged = 0;
      const append = (value: string): void =>
        producer.append({ topic, partition: 0, key: null, value }, () => acknowledged++);
      append('first');
      await producer.flush();
      mayStart = false;
      append('second');
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(await valuesOf(topic, 0)).toEqual(['first']);
      mayStart = true;
      await producer.flush();
      expect(acknowledged).toBe(2);
      mayStart = false;
      append('third');
      await producer.stop();
      expect(await valuesOf(topic, 0)).toEqual(['first', 'second', 'third']);
    });

    it('has one request to a broker at a time, and gathers what comes meanwhile', async () => {
      const topic = await cluster().createTopicOn([[1, 2, 3]]);
      const wire = new Wire();
      const batches = watch(wire, topic);
      const producer = await start(wire);
      let inFlight = 0;
      let mostInFlight = 0;
      const count = wire.onRequest;
      wire.onRequest = (request) => {
        if (request.apiKey === PRODUCE) mostInFlight = Math.max(mostInFlight, ++inFlight);
        return count(request);
      };
      wire.onAnswer = async ({ apiKey }, answer) => {
        if (apiKey !== PRODUCE) return answer;
        await new Promise((resolve) => setTimeout(resolve, 20));
        inFlight--;
        return answer;
      };
      for (let round = 0; round < 20; round++) {
        for (const value of numbered(100, round * 100)) producer.append({ topic, partition: 0, key: null, value });
        await new Promise((resolve) => setImmediate(resolve));
      }
      await producer.flush();
      expect(mostInFlight).toBe(1);
      expect(await valuesOf(topic, 0)).toEqual(numbered(2_000));
      expect(Math.max(...batches.map(({ records }) => records))).toBe(500);
      expect(batches.length).toBeLessThanOrEqual(6);
    });
  });
}
