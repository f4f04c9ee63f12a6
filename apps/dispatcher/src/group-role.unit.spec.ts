import { describe, expect, it } from '@jest/globals';
import type { LogConsumer, LogProducer, TailReader } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import type { RoleHandler } from './group-role.ts';
import { GroupRole } from './group-role.ts';

const NEVER = new Promise<void>(() => {});

/** A role whose parts note what is asked of them; `flush` is what the producer does when it is to send all it has. */
async function startedRole(silentMs: number, flush: () => Promise<void>, leave?: Promise<void>) {
  const flow: string[] = [];
  const note = (what: string) => (): Promise<void> => {
    flow.push(what);
    return Promise.resolve();
  };
  const consumer: Partial<LogConsumer> = {
    start: note('consumer started'),
    quiesce: () => void flow.push('quiesced'),
    stop: async () => {
      await note('consumer stopped')();
      await leave;
    },
    msSinceHeartbeat: () => silentMs,
  };
  const producer: Partial<LogProducer> = { start: note('producer started'), stop: note('producer stopped'), flush };
  const tail: Partial<TailReader> = { start: note('tail started'), stop: note('tail stopped') };
  const handler: Partial<RoleHandler> = {
    attach: () => {},
    toCommit: () => [],
    onJoin: ({ isContinuous }) => flow.push(isContinuous ? 'joined' : 'holds nothing'),
    drain: note('drained'),
  };
  const role = new GroupRole({
    name: 'sender',
    handler: handler as RoleHandler,
    consumer: consumer as LogConsumer,
    producer: producer as LogProducer,
    tail: tail as TailReader,
    tickMs: 50,
    onFatal: () => {},
  });
  await role.start();
  flow.length = 0;
  return { role, flow };
}

describe('the stop of a role', () => {
  it('settles what is under way before it leaves its group', async () => {
    const { role, flow } = await startedRole(0, () => Promise.resolve(void flow.push('flushed')));
    await role.stop();
    expect(flow).toEqual([
      'quiesced',
      'drained',
      'flushed',
      'flushed',
      'consumer stopped',
      'tail stopped',
      'producer stopped',
    ]);
  });

  it('does not wait for ever for a group that is silent: it owes nothing any more, and says what is left', async () => {
    const { role, flow } = await startedRole(60_000, () => NEVER);
    await expect(role.stop()).rejects.toThrow('the sender was stopped while its group did not answer');
    expect(flow).toEqual([
      'quiesced',
      'drained',
      'holds nothing',
      'consumer stopped',
      'tail stopped',
      'producer stopped',
    ]);
  });

  it('lets Kafka take what was done while it waits for nobody who does not answer', async () => {
    const left = Promise.withResolvers<void>();
    const { role, flow } = await startedRole(60_000, () => NEVER, left.promise);
    const stopping = role.stop();
    stopping.catch(() => undefined);
    await waitFor(() => flow.includes('producer stopped'), { what: 'the last appends', everyMs: 10 });
    left.resolve();
    await expect(stopping).rejects.toThrow('left to the next start');
  });

  it('closes all at once where nothing is owed: each of them may have to wait for a Kafka that is away', async () => {
    const left = Promise.withResolvers<void>();
    const { role, flow } = await startedRole(0, () => Promise.resolve(), left.promise);
    const stopping = role.stop();
    await waitFor(() => flow.includes('producer stopped'), { what: 'the producer to be stopped', everyMs: 10 });
    left.resolve();
    await stopping;
  });

  it('needs no group where nothing is to be settled', async () => {
    const { role } = await startedRole(Infinity, () => Promise.resolve());
    await expect(role.stop()).resolves.toBeUndefined();
  });
});
