import { describe, expect, it } from '@jest/globals';
import type { FailureStreak } from '../domain/failure-streak.ts';
import { ListFailingWebhooks } from './list-failing-webhooks.ts';

const DAY_MS = 86_400_000;
const streak: FailureStreak = { webhookId: 'w1', failures: 10, firstFailedAtMs: 1, lastFailedAtMs: 2 };
const question = {
  webhooks: [{ webhookId: 'w1', sinceMs: 0 }],
  spanMs: 1,
  minFailures: 10,
  longestSpanMs: 5 * DAY_MS,
};

/** Over a projection that answers so, once after the other; `asked` counts the gates. */
function listing(isOpen: () => Promise<boolean>, change: { readonly keptMs?: number; readonly waitMs?: number } = {}) {
  const asked = { gates: 0, streaks: 0 };
  const streaks = {
    streaksOf: async () => {
      asked.streaks += 1;
      return Promise.resolve([streak]);
    },
    recoveredOf: async () => Promise.resolve(['w2']),
  };
  const gates = {
    next: () => {
      asked.gates += 1;
      return { isOpen };
    },
  };
  const made = new ListFailingWebhooks({ streaks, gates, keptMs: 7 * DAY_MS, pollMs: 1, ...change });
  return {
    asked,
    list: async (longestSpanMs = question.longestSpanMs) => made.list('t', { ...question, longestSpanMs }),
  };
}

describe('who asks which webhooks fail', () => {
  const told = { kind: 'told', failing: [streak], recoveredWebhookIds: ['w2'] };

  it('is told when the projection has reached the log, whose ends are taken anew for each call', async () => {
    let looks = 0;
    const { asked, list } = listing(async () => Promise.resolve(++looks % 3 === 0));
    expect([await list(), await list()]).toEqual([told, told]);
    expect(looks).toBe(6);
    expect(asked.gates).toBe(2);
  });

  it('is told nothing while the projection is behind, or Kafka says nothing', async () => {
    const behind = listing(async () => Promise.resolve(false), { waitMs: 5 });
    const hanging = listing(async () => new Promise(() => undefined), { waitMs: 5 });
    for (const { asked, list } of [behind, hanging]) {
      expect(await list()).toEqual({ kind: 'behind' });
      expect(asked.streaks).toBe(0);
    }
    const away = listing(async () => Promise.reject(new Error('Kafka is away')));
    await expect(away.list()).rejects.toThrow('Kafka is away');
  });

  it('is refused a span that the log is not kept for longer than', async () => {
    const { asked, list } = listing(async () => Promise.resolve(true));
    expect(await list(7 * DAY_MS)).toEqual({ kind: 'span not kept', keptMs: 7 * DAY_MS });
    expect(asked.gates).toBe(0);
    expect(await list(7 * DAY_MS - 1)).toEqual(told);
    expect(await list(0)).toEqual(told);
  });
});
