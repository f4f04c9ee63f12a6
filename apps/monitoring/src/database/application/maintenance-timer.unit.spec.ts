import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { retentionMsOf } from '../../monitoring.environment.ts';
import type { Maintenance } from './maintenance-timer.ts';
import { MaintenanceTimer } from './maintenance-timer.ts';

const nothing = { made: [], dropped: [], failed: [], strayRows: 0 };
const TEN_MINUTES_MS = 600_000;

/** A timer that notes down what happens; `run` is what the maintenance does. */
function timerOf(run: Maintenance['run']) {
  const told: string[] = [];
  const tell = (_fields: unknown, event: string): void => void told.push(event);
  const observer = {
    onMaintained: ({ failed }: { failed: number }) => void told.push(`failed ${failed}`),
    onNotMaintained: () => void told.push('not maintained'),
  };
  const logger = { info: tell, warn: tell, error: tell } as ConstructorParameters<typeof MaintenanceTimer>[2];
  const retentionMs = retentionMsOf({ LOG_RETENTION_DAYS: 3 });
  return { told, timer: new MaintenanceTimer({ run }, retentionMs, logger, observer) };
}

describe('the timer of the maintenance', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('runs at the start and every ten minutes for what LOG_RETENTION_DAYS keeps, until it is stopped', async () => {
    const keptMs: number[] = [];
    const { timer } = timerOf(async (retentionMs) => {
      keptMs.push(retentionMs);
      return nothing;
    });
    await timer.start();
    expect(keptMs).toEqual([3 * 86_400_000]);
    await jest.advanceTimersByTimeAsync(TEN_MINUTES_MS - 1);
    expect(keptMs).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1 + TEN_MINUTES_MS);
    expect(keptMs).toHaveLength(3);
    await timer.stop();
    await jest.advanceTimersByTimeAsync(2 * TEN_MINUTES_MS);
    expect(keptMs).toHaveLength(3);
  });

  it('has started, and has stopped, when the run under way has ended', async () => {
    const ends: (() => void)[] = [];
    const { timer } = timerOf(async () => new Promise((resolve) => ends.push(() => resolve(nothing))));
    const done: string[] = [];
    const started = timer.start().then(() => done.push('started'));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(done).toEqual([]);
    ends[0]?.();
    await started;
    await jest.advanceTimersByTimeAsync(TEN_MINUTES_MS);
    const stopped = timer.stop().then(() => done.push('stopped'));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(done).toEqual(['started']);
    ends[1]?.();
    await stopped;
    expect(done).toEqual(['started', 'stopped']);
  });

  it('tells what was done and what was not', async () => {
    const failed = [{ name: 'delivery_20260302_14', error: new Error('busy') }];
    const { timer, told } = timerOf(async () => ({ made: ['a'], dropped: [], failed, strayRows: 2 }));
    await timer.start();
    await timer.stop();
    expect(told).toEqual(['failed 1', 'partitions.maintained', 'partition.not_changed', 'partitions.missed_rows']);
  });

  it('goes on after a run that failed, which fails nobody else', async () => {
    let runs = 0;
    const { timer, told } = timerOf(async () => {
      if (runs++ === 0) throw new Error('Postgres is away');
      return nothing;
    });
    await timer.start();
    expect(told).toEqual(['not maintained', 'partitions.not_maintained']);
    await jest.advanceTimersByTimeAsync(TEN_MINUTES_MS);
    expect(told.slice(2)).toEqual(['failed 0']);
    await timer.stop();
  });
});
