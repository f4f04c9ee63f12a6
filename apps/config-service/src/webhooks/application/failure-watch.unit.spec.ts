import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FailureWatch } from './failure-watch.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A watch whose looks do as they are told, one after the other; those behind them come to something. */
function watching(...looks: readonly (() => Promise<void>)[]) {
  const waiting = [...looks];
  const troubles: unknown[] = [];
  const seen = { looks: 0, troubles };
  const run = async (): Promise<void> => {
    seen.looks++;
    await waiting.shift()?.();
  };
  return { seen, watch: new FailureWatch({ run, onTrouble: (error) => void troubles.push(error) }) };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('the watch over failing webhooks', () => {
  it('looks a minute after the start, and then an hour after each look', async () => {
    const { watch, seen } = watching();
    watch.start();
    await jest.advanceTimersByTimeAsync(MINUTE_MS - 1);
    expect(seen.looks).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(seen.looks).toBe(1);
    await jest.advanceTimersByTimeAsync(HOUR_MS - 1);
    expect(seen.looks).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(seen).toEqual({ looks: 2, troubles: [] });
    await watch.stop();
  });

  it('tells of a look that came to nothing, and looks again five minutes later', async () => {
    const trouble = new Error('monitoring does not answer');
    const { watch, seen } = watching(async () => Promise.reject(trouble));
    watch.start();
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    expect(seen).toEqual({ looks: 1, troubles: [trouble] });
    await jest.advanceTimersByTimeAsync(5 * MINUTE_MS);
    expect(seen).toEqual({ looks: 2, troubles: [trouble] });
    await jest.advanceTimersByTimeAsync(HOUR_MS - 1);
    expect(seen.looks).toBe(2);
    await watch.stop();
  });

  it('counts the hour from the end of a look that takes long, so that none is twice under way', async () => {
    const long = Promise.withResolvers<void>();
    const { watch, seen } = watching(async () => long.promise);
    watch.start();
    await jest.advanceTimersByTimeAsync(MINUTE_MS + 3 * HOUR_MS);
    expect(seen.looks).toBe(1);
    long.resolve();
    await jest.advanceTimersByTimeAsync(HOUR_MS);
    expect(seen.looks).toBe(2);
    await watch.stop();
  });

  it('waits for a look that is under way when it is stopped, and begins none behind it', async () => {
    const long = Promise.withResolvers<void>();
    const { watch, seen } = watching(async () => long.promise);
    watch.start();
    await jest.advanceTimersByTimeAsync(MINUTE_MS);
    let isStopped = false;
    const stopping = watch.stop().then(() => (isStopped = true));
    await jest.advanceTimersByTimeAsync(0);
    expect(isStopped).toBe(false);
    long.resolve();
    await stopping;
    await jest.advanceTimersByTimeAsync(2 * HOUR_MS);
    expect(seen.looks).toBe(1);
  });

  it('never looks where nothing is disabled for its failures', async () => {
    const watch = new FailureWatch({ run: undefined, onTrouble: () => undefined });
    watch.start();
    expect(jest.getTimerCount()).toBe(0);
    await watch.stop();
  });
});
