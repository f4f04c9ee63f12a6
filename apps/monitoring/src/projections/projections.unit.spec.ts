import { describe, expect, it } from '@jest/globals';
import type { LogConsumer, LogProducer } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import type { Projector } from './application/projector.ts';
import { Projections } from './projections.ts';

/** Consumers that start as often as told and fail when told. */
function setUp(starts: readonly boolean[]) {
  const made: { fail: (error: Error) => void; isStopped: boolean }[] = [];
  const createConsumer = (onFatal: (error: Error) => void): LogConsumer => {
    const one = { fail: onFatal, isStopped: false };
    const canStart = starts[made.length] ?? true;
    made.push(one);
    const nothing = (): void => undefined;
    return {
      start: () => (canStart ? Promise.resolve() : Promise.reject(new Error('no broker answers'))),
      stop: () => {
        one.isStopped = true;
        return Promise.resolve();
      },
      quiesce: nothing,
      pause: nothing,
      resume: nothing,
      seek: nothing,
      commit: () => Promise.resolve('committed' as const),
      msSinceHeartbeat: () => 0,
    };
  };
  const resolved = (): Promise<void> => Promise.resolve();
  const projector = { attach: () => undefined, stop: resolved, reasonNotReady: () => null } as unknown as Projector;
  const producer = { start: resolved, stop: resolved } as unknown as LogProducer;
  const logger = { error: () => undefined, info: () => undefined };
  const projections = new Projections({ projector, createConsumer, producer, logger, firstRetryMs: 1 });
  return { projections, made };
}

const { signal } = new AbortController();

describe('projections whose logs cannot be read', () => {
  it('say so, and go on with another consumer once Kafka answers again', async () => {
    const { projections, made } = setUp([true, false, false, true]);
    await projections.start();
    expect(await projections.readiness.reasonNotReady(signal)).toBeNull();
    made[0]?.fail(new Error('no fetch was answered'));
    expect(await projections.readiness.reasonNotReady(signal)).toBe('the logs cannot be read: no fetch was answered');
    await waitFor(async () => (await projections.readiness.reasonNotReady(signal)) === null, {
      what: 'logs that are read',
    });
    expect(made.map(({ isStopped }) => isStopped)).toEqual([true, true, true, false]);
    await projections.stop();
    expect(made.every(({ isStopped }) => isStopped)).toBe(true);
  });

  it('stop while they wait for Kafka', async () => {
    const { projections, made } = setUp([true, false, false, false, false, false]);
    await projections.start();
    made[0]?.fail(new Error('no fetch was answered'));
    await projections.stop();
    const count = made.length;
    expect(made.every(({ isStopped }) => isStopped)).toBe(true);
    expect(made).toHaveLength(count);
  });

  it('do not start where the logs are missing', async () => {
    const { projections } = setUp([false]);
    await expect(projections.start()).rejects.toThrow('no broker answers');
  });
});
