import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeEventType, decodeWebhook } from '@signalbox/contracts';
import { createLogFollower } from '@signalbox/kafka';
import type { LogFollower } from '@signalbox/kafka';
import { rowsOf } from '@signalbox/postgres';
import { waitFor } from '@signalbox/testing';
import { DatabaseDump } from '../../../testing/database-dump.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import { republishCommand } from '../../../webhooks/republish-command.ts';

/** What a topic told under each key: `1.2` is a state, `1.3 deleted` a deletion, `tombstone` the end. */
class Told {
  readonly #byKey = new Map<string, string[]>();
  readonly #follower: LogFollower;

  constructor(topic: 'webhooks' | 'eventTypes') {
    const decode = topic === 'webhooks' ? decodeWebhook : decodeEventType;
    this.#follower = createLogFollower({
      connection: { brokers: service.backends.kafkaBrokers.split(','), clientId: 'test' },
      topic: service.backends.topics[topic],
      onRecord: ({ key, value }) => {
        const record = value === null ? undefined : decode(value);
        const text = record === undefined ? 'tombstone' : `${record.epoch}.${record.version}`;
        this.of(String(key)).push(record?.deleted === true ? `${text} deleted` : text);
      },
      onFatal: () => undefined,
    });
  }

  async start(): Promise<this> {
    await this.#follower.start();
    return this;
  }

  of(key: string): string[] {
    const told = this.#byKey.get(key) ?? [];
    this.#byKey.set(key, told);
    return told;
  }

  async stop(): Promise<void> {
    await this.#follower.stop();
  }
}

let service: RunningConfigService;
let webhooks: Told;
let eventTypes: Told;
beforeEach(async () => {
  service = await RunningConfigService.start();
  webhooks = await new Told('webhooks').start();
  eventTypes = await new Told('eventTypes').start();
});
afterEach(async () => {
  await webhooks?.stop();
  await eventTypes?.stop();
  await service?.stop();
});

const restarted = async (): Promise<void> => {
  await service.pause();
  await service.resume();
};
const allPublished = async (): Promise<void> => {
  const waiting = 'SELECT 1 FROM outbox WHERE position IS NULL';
  await waitFor(async () => (await rowsOf(service.dataSource, waiting)).length === 0, { what: 'all to be published' });
};
/** As if 30 days had passed. */
const age = async (): Promise<unknown> => rowsOf(service.dataSource, 'UPDATE told_deletion SET tombstone_at_ms = 1');
const remembered = async (): Promise<readonly string[]> =>
  (await rowsOf<{ key: string }>(service.dataSource, 'SELECT key FROM told_deletion ORDER BY key')).map(
    ({ key }) => key,
  );
const makeType = async (name: string): Promise<void> => {
  const body = { name, group: 'Ours', description: 'x', example: {} };
  expect((await service.call('POST', '/api/event-types', { body })).status).toBe(201);
};

describe('a deletion', () => {
  it('is a marker for 30 days, then one tombstone behind it, which is no change to who follows', async () => {
    const [gone, kept] = [await service.makeWebhook(), await service.makeWebhook()];
    await service.call('DELETE', `/api/hooks/${gone.id}`);
    await allPublished();
    await restarted();
    expect(webhooks.of(gone.id)).toEqual(['1.1', '1.2 deleted']);
    await age();
    await restarted();
    await allPublished();
    await restarted();
    await service.call('PATCH', `/api/hooks/${kept.id}`, { body: { name: 'later' } });
    await waitFor(() => webhooks.of(kept.id).length === 2, { what: 'the change that is told last' });
    expect(webhooks.of(gone.id)).toEqual(['1.1', '1.2 deleted', 'tombstone']);
    expect(await remembered()).toEqual([]);
    const changes = await rowsOf(
      service.dataSource,
      "SELECT 1 FROM outbox WHERE topic = 'webhooks' AND NOT is_republished",
    );
    expect(changes).toHaveLength(4);
  });

  it('of an event type that was made anew gets no tombstone', async () => {
    await makeType('Own.Thing');
    await service.call('DELETE', '/api/event-types/Own.Thing');
    await age();
    await makeType('Own.Thing');
    await allPublished();
    await restarted();
    await allPublished();
    await waitFor(() => eventTypes.of('default/Own.Thing').length === 3, { what: 'what is told of the type' });
    expect(eventTypes.of('default/Own.Thing')).toEqual(['1.1', '1.2 deleted', '1.3']);
  });
});

describe('a database restored to before', () => {
  it('an event type was made is found behind, and republish tells its deletion', async () => {
    await makeType('Own.Kept');
    await allPublished();
    const dump = await DatabaseDump.take(service.dataSource);
    await makeType('Own.Lost');
    await allPublished();
    await service.pause();
    await dump.restore();
    await service.resume();
    const refused = await service.call('DELETE', '/api/event-types/Own.Kept');
    expect([refused.status, refused.body['code']]).toEqual([503, 'config.database_behind']);
    expect(await republishCommand([], service.environment(), () => undefined)).toBe(0);
    await waitFor(() => eventTypes.of('default/Own.Lost').length === 2, { what: 'the deletion' });
    expect(eventTypes.of('default/Own.Lost')).toEqual(['1.2', '2.0 deleted']);
    expect(eventTypes.of('default/Own.Kept')).toEqual(['1.1', '2.1']);
    // What republish told is no reason to be behind again.
    await restarted();
    await makeType('Own.Lost');
    await waitFor(() => eventTypes.of('default/Own.Lost').length === 3, { what: 'the new type' });
    expect(eventTypes.of('default/Own.Lost').at(-1)).toMatch(/^2\.\d+$/);
    expect(await remembered()).toEqual([]);
  });

  it('a webhook was made and deleted still writes the tombstone', async () => {
    const kept = await service.makeWebhook();
    await allPublished();
    const dump = await DatabaseDump.take(service.dataSource);
    const { id } = await service.makeWebhook();
    await service.call('DELETE', `/api/hooks/${id}`);
    await service.call('DELETE', `/api/hooks/${kept.id}`);
    await allPublished();
    await service.pause();
    await dump.restore();
    await service.resume();
    expect(await republishCommand([], service.environment(), () => undefined)).toBe(0);
    expect(await remembered()).toEqual([id]);
    await age();
    await restarted();
    await waitFor(() => webhooks.of(id).at(-1) === 'tombstone', { what: 'the tombstone' });
    expect(webhooks.of(kept.id).at(-1)).toBe('2.1');
  });
});
