import { expect, it } from '@jest/globals';
import { RebuildWatch } from './rebuild-watch.ts';

it('a rebuild is asked for once by all who ask at the same time, and as it was known where there is no answer', async () => {
  let asked = 0;
  let answer: () => Promise<boolean> = () => Promise.resolve(true);
  const watch = new RebuildWatch(() => {
    asked++;
    return answer();
  });
  expect(await Promise.all([watch.isUnderWay(), watch.isUnderWay(), watch.isUnderWay()])).toEqual([true, true, true]);
  expect(await watch.isUnderWay()).toBe(true);
  expect(asked).toBe(1);
  answer = () => Promise.reject(new Error('the database is away'));
  const other = new RebuildWatch(answer);
  expect(await other.isUnderWay()).toBe(false);
});
