import { describe, expect, it } from '@jest/globals';
import type { PartitionAck, QueuedRecord } from './flight.ts';
import { Flusher, type BatchSender } from './flusher.ts';
import { silentLogger } from './kafka-logger.port.ts';
import { PartitionPlacement } from './partition-placement.ts';
import { RecordQueue } from './record-queue.ts';

interface Call {
  readonly values: readonly string[];
  readonly answer: (answered: readonly string[], error?: Error) => Promise<void>;
}

/** A sender whose calls wait for the test's answer, and a flusher in front of it. */
function setUp(limits = { records: 500, bytes: 1_000_000, bytesPerPartition: 1_000_000 }) {
  const calls: Call[] = [];
  const renewed: string[] = [];
  const acknowledged: string[] = [];
  const landed: number[] = [];
  const sender: BatchSender = {
    send: (records) =>
      new Promise((resolve) => {
        const answer = async (answered: readonly string[], error?: Error): Promise<void> => {
          const acks: PartitionAck[] = [];
          for (const { topic, partition = -1, value } of records) {
            const isKnown = acks.some((ack) => ack.partition === partition);
            if (answered.includes(String(value)) && !isKnown) acks.push({ topic, partition, baseOffset: 0 });
          }
          resolve(error === undefined ? { acks } : { acks, error });
          await turn();
        };
        calls.push({ values: records.map(({ value }) => String(value)), answer });
      }),
    renew: (reason) => {
      renewed.push(reason);
      return Promise.resolve();
    },
  };
  const queue = new RecordQueue(limits, new PartitionPlacement());
  const flusher = new Flusher(queue, sender, silentLogger, {
    onAcknowledged: ({ value }) => acknowledged.push(String(value)),
    onVoid: ({ value }) => expect(value).toBeUndefined(),
    onLanded: (records) => landed.push(records),
  });
  const append = (value: string, partition: number | undefined = 0, bytes = 10): void => {
    push({ partition, value, bytes });
  };
  const push = ({ partition, value, bytes = 10 }: { partition: number | undefined; value: string; bytes?: number }) => {
    const record: QueuedRecord = {
      topic: 't',
      key: null,
      value,
      headers: undefined,
      bytes,
      onAppended: undefined,
      partition,
    };
    queue.push(record);
    flusher.poke();
  };
  return { calls, renewed, acknowledged, landed, append, push };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Flusher', () => {
  it('sends at once what is appended while nothing is in flight, and gathers what comes meanwhile', async () => {
    const { calls, append, acknowledged, landed } = setUp();
    append('a');
    append('b');
    await turn();
    expect(calls.map(({ values }) => values)).toEqual([['a', 'b']]);
    append('c');
    await turn();
    append('d');
    await turn();
    expect(calls).toHaveLength(1);
    await calls[0]?.answer(['a', 'b']);
    expect(calls.map(({ values }) => values)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    await calls[1]?.answer(['c', 'd']);
    expect(acknowledged).toEqual(['a', 'b', 'c', 'd']);
    expect(landed).toEqual([2, 2]);
    append('e');
    await turn();
    expect(calls[2]?.values).toEqual(['e']);
  });

  it('sends again what is missing from the answers, through the same producer, before anything later', async () => {
    const { calls, append, acknowledged, landed, renewed } = setUp();
    append('a', 0);
    append('b', 1);
    append('c', 0);
    await turn();
    append('d', 0);
    await calls[0]?.answer(['b']);
    expect(calls[1]?.values).toEqual(['a', 'c']);
    expect(landed).toEqual([]);
    await calls[1]?.answer(['a', 'c']);
    expect(calls[2]?.values).toEqual(['d']);
    expect(acknowledged).toEqual(['b', 'a', 'c']);
    expect(landed).toEqual([3]);
    expect(renewed).toEqual([]);
  });

  it('sends the very same records first, through a new producer, after a rejection', async () => {
    const { calls, append, renewed, acknowledged } = setUp();
    append('a', 0);
    append('b', 1);
    await turn();
    append('c', 0);
    await calls[0]?.answer(['b'], new Error('out of order'));
    expect(renewed).toEqual(['out of order']);
    expect(calls[1]?.values).toEqual(['a']);
    await calls[1]?.answer(['a']);
    expect(calls[2]?.values).toEqual(['c']);
    expect(acknowledged).toEqual(['b', 'a']);
  });

  it('renews the producer after a rejection even when everything was acknowledged', async () => {
    const { calls, append, renewed } = setUp();
    append('a');
    await turn();
    await calls[0]?.answer(['a'], new Error('late'));
    expect(renewed).toEqual(['late']);
  });

  it('never gives up', async () => {
    const { calls, append, acknowledged, renewed } = setUp();
    append('a');
    await turn();
    for (let round = 0; round < 4; round++) {
      await calls[round]?.answer([], new Error('no'));
      while (calls.length === round + 1) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await calls[4]?.answer(['a']);
    expect(acknowledged).toEqual(['a']);
    expect(renewed).toHaveLength(4);
  });

  it('takes 500 records in a flight at most', async () => {
    const { calls, append } = setUp();
    const values = Array.from({ length: 1_100 }, (_, index) => `v${index}`);
    for (const value of values) append(value);
    for (let flight = 0; flight < 3; flight++) {
      await turn();
      await calls[flight]?.answer(values);
    }
    expect(calls.map((call) => call.values.length)).toEqual([500, 500, 100]);
    expect(calls.flatMap((call) => call.values)).toEqual(values);
  });

  it('takes no more bytes than a request, and for a partition no more than a batch, may hold', async () => {
    const { calls, append } = setUp({ records: 500, bytes: 100, bytesPerPartition: 40 });
    for (const value of ['a', 'b', 'c', 'd', 'e']) append(value, 0, 15);
    append('f', 1, 60);
    append('g', 2, 39);
    append('h', 3, 39);
    append('i', 4, 39);
    const values = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
    for (let flight = 0; flight < 5; flight++) {
      await turn();
      await calls[flight]?.answer(values);
    }
    expect(calls.map((call) => call.values.join(''))).toEqual(['ab', 'cd', 'e', 'fg', 'hi']);
  });

  it('takes one record of topics whose leaders it does not know yet', async () => {
    const { calls, append, push } = setUp();
    append('a');
    push({ value: 'b', partition: undefined });
    append('c');
    push({ value: 'd', partition: undefined });
    append('e');
    await turn();
    expect(calls[0]?.values).toEqual(['a', 'b', 'c']);
  });
});
