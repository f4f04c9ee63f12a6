import { describe, expect, it } from '@jest/globals';
import type { LogFollower } from '@signalbox/kafka';
import { createLogger } from '@signalbox/observability';
import { Registry } from 'prom-client';
import { Dispatcher } from './dispatcher.ts';
import type { Role } from './role.ts';

const NEVER = new Promise<void>(() => {});

/** A dispatcher of one role that stops by `stop`; `flow` notes what was asked of its parts. */
function dispatcherOf(stop: () => Promise<void>, stopWithinMs: number) {
  const flow: string[] = [];
  const role: Partial<Role> = { name: 'router', readiness: [], start: () => Promise.resolve(), stop };
  const webhookLog: Partial<LogFollower> = {
    stop: () => Promise.resolve(void flow.push('webhooks stopped')),
  };
  const dispatcher = new Dispatcher({
    roles: [role as Role],
    webhookLog: webhookLog as LogFollower,
    eventTypeLog: undefined,
    ops: { host: '127.0.0.1', port: 0 },
    registry: new Registry(),
    tracing: undefined,
    logger: createLogger({ service: 'test', level: 'silent' }),
    stopWithinMs,
  });
  return { dispatcher, flow };
}

describe('the stop of a dispatcher', () => {
  it('is given up where Kafka takes for ever what a role has begun, and says so', async () => {
    const { dispatcher } = dispatcherOf(() => NEVER, 20);
    await expect(dispatcher.stop()).rejects.toThrow(
      'the stop was given up after 0.02 s, as Kafka has not taken all that was begun',
    );
  });

  it('does not wait for its roles before it ends what it reads by itself', async () => {
    const left = Promise.withResolvers<void>();
    const { dispatcher, flow } = dispatcherOf(() => left.promise, 60_000);
    const stopping = dispatcher.stop();
    expect(flow).toEqual(['webhooks stopped']);
    left.resolve();
    await expect(stopping).resolves.toBeUndefined();
  });

  it('fails with what a role says, before its time is over', async () => {
    const { dispatcher } = dispatcherOf(() => Promise.reject(new Error('left to the next start')), 60_000);
    await expect(dispatcher.stop()).rejects.toThrow('left to the next start');
  });
});
