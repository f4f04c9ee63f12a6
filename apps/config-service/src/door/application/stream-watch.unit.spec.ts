import { describe, expect, it, jest } from '@jest/globals';
import { StreamWatch } from './stream-watch.ts';

const presented = { authorization: 'Bearer x', developmentUserId: undefined, origin: { peer: '127.0.0.1' } };

describe('a stream that outlives its credential', () => {
  it('ends when the credential does not count any more, and not while it cannot be looked up', async () => {
    jest.useFakeTimers();
    try {
      const answers: (() => Promise<boolean>)[] = [
        async () => true,
        async () => Promise.reject(new Error('the database is away')),
        async () => false,
      ];
      const asked: unknown[] = [];
      const authenticator = {
        stillCounts: async (credential: unknown) => {
          asked.push(credential);
          return answers.shift()!();
        },
      };
      let refused = 0;
      const unwatch = new StreamWatch(authenticator, 1_000).watch(presented, () => refused++);
      await jest.advanceTimersByTimeAsync(2_500);
      expect({ refused, asked }).toEqual({ refused: 0, asked: [presented, presented] });
      await jest.advanceTimersByTimeAsync(1_000);
      expect(refused).toBe(1);
      unwatch();
      await jest.advanceTimersByTimeAsync(5_000);
      expect(asked).toHaveLength(3);
    } finally {
      jest.useRealTimers();
    }
  });
});
