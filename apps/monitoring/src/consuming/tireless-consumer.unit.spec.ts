import { describe, expect, it } from '@jest/globals';
import type { LogConsumer } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import { TirelessConsumer } from './tireless-consumer.ts';

/** Consumers that start as often as told and fail when told. */
function setUp(starts: readonly boolean[]) {
  const made: { fail: (error: Error) => void; isStopped: boolean }[] = [];
  const attached: LogConsumer[] = [];
  const group = { silentMs: 0 };
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
      msSinceHeartbeat: () => group.silentMs,
      logEnds: () => Promise.resolve([]),
    };
  };
  const logger = { error: () => undefined, info: () => undefined };
  const attach = (consumer: LogConsumer): void => void attached.push(consumer);
  const consumer = new TirelessConsumer({ name: 'test', createConsumer, attach, logger, firstRetryMs: 1 });
  return { consumer, made, attached, group };
}

describe('a consumer whose logs cannot be read', () => {
  it('says so, and is another one once Kafka answers again', async () => {
    const { consumer, made, attached } = setUp([true, false, false, true]);
    await consumer.start();
    expect(consumer.failure).toBeNull();
    made[0]?.fail(new Error('no fetch was answered'));
    expect(consumer.failure).toBe('the logs cannot be read: no fetch was answered');
    await waitFor(() => consumer.failure === null, { what: 'logs that are read' });
    expect(made.map(({ isStopped }) => isStopped)).toEqual([true, true, true, false]);
    expect(attached).toHaveLength(4);
    await consumer.quiesce();
    await consumer.stop();
    expect(made.every(({ isStopped }) => isStopped)).toBe(true);
  });

  it('stops while it waits for Kafka', async () => {
    const { consumer, made } = setUp([true, false, false, false, false, false]);
    await consumer.start();
    made[0]?.fail(new Error('no fetch was answered'));
    await consumer.quiesce();
    await consumer.stop();
    const count = made.length;
    expect(made.every(({ isStopped }) => isStopped)).toBe(true);
    expect(made).toHaveLength(count);
  });

  it('says so before it gives up, where the group is silent', async () => {
    const { consumer, made, group } = setUp([true]);
    await consumer.start();
    group.silentMs = 9_000;
    expect(consumer.failure).toBeNull();
    group.silentMs = 11_500;
    expect(consumer.failure).toBe('the logs cannot be read: Kafka has not answered for 11 s');
    group.silentMs = 100;
    expect(consumer.failure).toBeNull();
    expect(made).toHaveLength(1);
  });

  it('does not start where the logs are missing', async () => {
    const { consumer } = setUp([false]);
    await expect(consumer.start()).rejects.toThrow('no broker answers');
  });
});
