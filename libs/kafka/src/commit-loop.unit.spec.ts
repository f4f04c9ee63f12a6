import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CommitLoop } from './commit-loop.ts';
import type { CommitEntry } from './log-consumer.port.ts';

const entry = (offset: number): CommitEntry => ({ topic: 't', partition: 0, offset, metadata: '' });

/** A loop whose commits wait for the test's answer. */
function loop() {
  const commits: { readonly offset: number | undefined; readonly answer: (as: 'committed' | 'fenced') => void }[] = [];
  const accepted: (number | undefined)[] = [];
  const fatal: Error[] = [];
  let due = [entry(1)];
  const running = new CommitLoop({
    consumer: {
      commit: (entries) => new Promise((answer) => commits.push({ offset: entries[0]?.offset, answer })),
    },
    due: () => due,
    onCommitted: (entries) => accepted.push(entries[0]?.offset),
    onFatal: (error) => fatal.push(error),
  });
  return { running, commits, accepted, fatal, nowDue: (...entries: CommitEntry[]) => (due = entries) };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('CommitLoop', () => {
  it('commits five times a second what is due, one commit at a time', async () => {
    const { running, commits, accepted, nowDue } = loop();
    await jest.advanceTimersByTimeAsync(199);
    expect(commits).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(commits).toHaveLength(1);
    nowDue(entry(2));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(commits).toHaveLength(1);
    commits[0]?.answer('committed');
    await jest.advanceTimersByTimeAsync(200);
    expect(commits.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(accepted).toEqual([1]);
    nowDue();
    commits[1]?.answer('fenced');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(commits).toHaveLength(2);
    expect(accepted).toEqual([1]);
    await running.stop();
  });

  it('commits a last time when it is stopped, after the one under way', async () => {
    const { running, commits, accepted, nowDue } = loop();
    await jest.advanceTimersByTimeAsync(200);
    nowDue(entry(5));
    const stopped = running.stop();
    await jest.advanceTimersByTimeAsync(0);
    expect(commits).toHaveLength(1);
    commits[0]?.answer('committed');
    await jest.advanceTimersByTimeAsync(0);
    expect(commits.map(({ offset }) => offset)).toEqual([1, 5]);
    commits[1]?.answer('committed');
    await stopped;
    expect(accepted).toEqual([1, 5]);
  });

  it('commits nothing any more when it is given up, and minds no failure', async () => {
    const fatal: Error[] = [];
    const commit = Promise.withResolvers<'committed'>();
    let commits = 0;
    const running = new CommitLoop({
      consumer: { commit: () => (commits++, commit.promise) },
      due: () => [entry(1)],
      onCommitted: () => {},
      onFatal: (error) => fatal.push(error),
    });
    await jest.advanceTimersByTimeAsync(200);
    running.giveUp();
    commit.reject(new Error('the consumer was stopped'));
    await jest.advanceTimersByTimeAsync(1_000);
    expect({ commits, fatal }).toEqual({ commits: 1, fatal: [] });
  });
});
