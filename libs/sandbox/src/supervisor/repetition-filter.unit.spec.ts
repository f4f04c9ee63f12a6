import { expect, it } from '@jest/globals';
import { RepetitionFilter } from './repetition-filter.ts';

it('shows a line once in half a minute, whatever numbers are in it, and then how often it came meanwhile', () => {
  const filter = new RepetitionFilter();
  expect(filter.pass('no answer from 127.0.0.1:1', 0)).toBe('no answer from 127.0.0.1:1');
  expect(filter.pass('no answer from 127.0.0.1:2', 1_000)).toBeUndefined();
  expect(filter.pass('something else', 1_000)).toBe('something else');
  expect(filter.pass('no answer from 127.0.0.1:1', 29_999)).toBeUndefined();
  expect(filter.pass('no answer from 127.0.0.1:1', 30_000)).toBe(
    'no answer from 127.0.0.1:1 (and 2 times before, not shown)',
  );
  expect(filter.pass('no answer from 127.0.0.1:1', 60_000)).toBe('no answer from 127.0.0.1:1');
});
