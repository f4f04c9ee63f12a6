import { expect, it } from '@jest/globals';
import type { LogRange } from '../domain/log-remains.ts';
import { UnfinishedRebuild } from './unfinished-rebuild.ts';

const END = [{ topic: 'attempts', partition: 0, logStart: 0, logEnd: 3 }];

it('a rebuild is over that has come to where the logs end now, and they are asked for only while one seems to be under way', async () => {
  let begunAt: string | null = null;
  let nowMs = 0;
  const asked: ((answer: readonly LogRange[] | Error) => void)[] = [];
  const rebuild = new UnfinishedRebuild({
    unfinished: (ranges) => Promise.resolve(ranges.length === 0 ? begunAt : null),
    ranges: () =>
      new Promise((resolve, reject) =>
        asked.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
      ),
    now: () => nowMs,
  });
  const settled = async (): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve));
    return rebuild.isUnderWay();
  };
  expect([await rebuild.isUnderWay(), asked.length]).toEqual([false, 0]);
  begunAt = 'one';
  expect([await rebuild.isUnderWay(), await rebuild.isUnderWay(), asked.length]).toEqual([true, true, 1]);
  asked[0]?.(new Error('Kafka is away'));
  expect([await settled(), asked.length]).toEqual([true, 1]);
  nowMs += 5_000;
  expect([await rebuild.isUnderWay(), asked.length]).toEqual([true, 2]);
  asked[1]?.(END);
  expect(await settled()).toBe(false);
  // What was known says nothing of another one, nor does an answer that was asked for before it began.
  nowMs += 5_000;
  expect([await rebuild.isUnderWay(), asked.length]).toEqual([false, 3]);
  begunAt = 'two';
  expect(await rebuild.isUnderWay()).toBe(true);
  asked[2]?.(END);
  expect([await settled(), asked.length]).toEqual([true, 4]);
  asked[3]?.(END);
  expect(await settled()).toBe(false);
});
