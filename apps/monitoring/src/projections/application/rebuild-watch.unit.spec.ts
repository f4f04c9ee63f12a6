import { expect, it } from '@jest/globals';
import { RebuildWatch } from './rebuild-watch.ts';

it('a rebuild is asked for once by all who ask at the same time, and anew by who wants to know how it is now', async () => {
  const answers: ((isUnderWay: boolean) => void)[] = [];
  const watch = new RebuildWatch(() => new Promise((resolve) => answers.push(resolve)), 60_000);
  const early = [watch.isUnderWay(), watch.isUnderWay()];
  // What is under way may have been answered already.
  const now = [watch.isUnderWayNow(), watch.isUnderWayNow()];
  expect(answers).toHaveLength(1);
  answers[0]?.(false);
  expect(await Promise.all(early)).toEqual([false, false]);
  while (answers.length < 2) await Promise.resolve();
  answers[1]?.(true);
  expect(await Promise.all(now)).toEqual([true, true]);
  expect(answers).toHaveLength(2);
});

it('one may be under way while nobody knows', async () => {
  const refused = new RebuildWatch(() => Promise.reject(new Error('the database is away')));
  expect([await refused.isUnderWay(), await refused.isUnderWayNow()]).toEqual([true, true]);
  const silent = new RebuildWatch(() => new Promise(() => {}), 1);
  expect([await silent.isUnderWay(), await silent.isUnderWayNow()]).toEqual([true, true]);
});
