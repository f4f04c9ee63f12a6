import { describe, expect, it } from '@jest/globals';
import { cutLogs } from '../domain/log-remains.ts';
import { whatIsLost } from './restorable.ts';

const range = (partition: number, logStart: number, logEnd: number, topic = 'attempts') => {
  return { topic, partition, logStart, logEnd };
};
const at = (partition: number, offset: number, topic = 'attempts') => ({ topic, partition, offset });

/** Webhooks `w0`, `w1` … lie in the partition of their number. */
const partitionOf = (webhookId: string): number => Number(webhookId.slice(1));

type Begin = readonly [partition: number, beginsAtMs: number, topic?: string];

async function lostOf(held: Readonly<Record<string, number>>, begins: readonly Begin[]) {
  const asked: unknown[] = [];
  const tables = {
    webhooks: () => Promise.resolve(Object.entries(held).map(([webhookId, firstMs]) => ({ webhookId, firstMs }))),
    before: (cuts: unknown) => {
      asked.push(cuts);
      return Promise.resolve({ deliveries: 1, firstMs: 1, lastMs: 2 });
    },
  };
  const remains = begins.map(([partition, beginsAtMs, topic]) => ({ ...range(partition, 5, 9, topic), beginsAtMs }));
  return { loss: await whatIsLost(tables, remains, 'attempts', partitionOf), asked };
}

describe('what a rebuild would lose', () => {
  it('is looked for in logs that lost their beginning, or that were made anew', () => {
    const ranges = [range(0, 0, 9), range(1, 3, 9), range(2, 0, 4), range(2, 0, 9, 'deliveries')];
    const positions = [at(0, 9), at(1, 9), at(2, 5), at(2, 9, 'deliveries')];
    expect(cutLogs(ranges, positions)).toEqual([range(1, 3, 9), range(2, 0, 4)]);
    expect(cutLogs([range(0, 0, 0)], [])).toEqual([]);
  });

  it('is nothing where the tables hold nothing older than what is left of their partition', async () => {
    const { loss, asked } = await lostOf({ w0: 10, w1: 500 }, [[1, 500]]);
    expect([loss, asked]).toEqual([null, []]);
  });

  it('is what was first scheduled before a topic begins, by what that tells of it, and all where it is empty', async () => {
    const { loss, asked } = await lostOf({ w0: 10, w1: 20, w2: 30, w3: 40 }, [
      [1, 15],
      [1, 25, 'deliveries'],
      [2, Infinity],
      [3, 40],
    ]);
    expect(loss).toMatchObject({ deliveries: 1 });
    expect(asked).toEqual([
      [
        { webhookId: 'w1', factsUntilMs: 15, recordsUntilMs: 25 },
        { webhookId: 'w2', factsUntilMs: Infinity, recordsUntilMs: 0 },
      ],
    ]);
  });
});
