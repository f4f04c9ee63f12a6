import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeEventType } from '@signalbox/contracts';
import type { EventTypeRecord } from '@signalbox/contracts';
import { createLogFollower } from '@signalbox/kafka';
import type { LogFollower } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import { RunningConfigService } from '../testing/running-config-service.ts';
import { republishCommand } from '../webhooks/republish-command.ts';

let service: RunningConfigService;
let follower: LogFollower;
let stranger: string;
const told: EventTypeRecord[] = [];
beforeAll(async () => {
  service = await RunningConfigService.start();
  stranger = await service.makeKey('other', ['webhooks:read', 'webhooks:write']);
  follower = createLogFollower({
    connection: { brokers: service.backends.kafkaBrokers.split(','), clientId: 'test' },
    topic: service.backends.topics.eventTypes,
    onRecord: ({ value }) => {
      const record = value === null ? undefined : decodeEventType(value);
      if (record !== undefined) told.push(record);
    },
    onFatal: () => undefined,
  });
  await follower.start();
});
afterAll(async () => {
  await follower?.stop();
  await service?.stop();
});

const paid = {
  name: 'Invoice.Paid',
  group: 'Billing',
  description: 'An invoice was paid.',
  example: { event: 'Invoice.Paid', z: 1, a: { b: [1.5, 'ünï 🎉'] } },
  schema: { type: 'object', required: ['event'] },
};
const make = async (input: object, key?: string) =>
  service.call('POST', '/api/event-types', { body: input, ...(key !== undefined && { key }) });
const toldOf = (name: string) => told.filter((record) => record.name === name);

describe('/api/event-types', () => {
  it('has the 31 built-in types with group, description and example, then own ones by name', async () => {
    const made = await make(paid);
    expect(made).toMatchObject({ status: 201, body: { ...paid, builtIn: false, deprecated: false } });
    expect(made.headers.get('etag')).toMatch(/^"1\.\d+"$/);
    await make({ ...paid, name: 'Account.Closed', example: {}, schema: null });
    const { body } = await service.call<{ name: string; builtIn: boolean; example: object; schema?: object }[]>(
      'GET',
      '/api/event-types',
    );
    expect(body.filter(({ builtIn }) => builtIn)).toHaveLength(31);
    for (const type of body) expect(type).toMatchObject({ group: expect.any(String), description: expect.any(String) });
    expect(body.slice(31).map(({ name, schema }) => ({ name, schema }))).toEqual([
      { name: 'Account.Closed' },
      { name: 'Invoice.Paid' },
    ]);
    const one = await service.call('GET', '/api/event-types/Invoice.Paid');
    expect(JSON.stringify(one.body)).toBe(JSON.stringify(made.body));
    expect((await service.call('GET', '/api/event-types/User.Created')).body).toMatchObject({ builtIn: true });
    const page = await service.call<object[]>('GET', '/api/event-types?page=4&page_size=10');
    expect([page.body.length, page.headers.get('total-number')]).toEqual([3, '33']);
  });

  it.each([
    ['a name with a slash', { ...paid, name: 'a/b' }, 'name'],
    ['no example', { ...paid, name: 'X', example: undefined }, 'example'],
    ['an example of another type', { ...paid, name: 'Y' }, 'example.event'],
    ['an example with hookId', { ...paid, name: 'Y', example: { hookId: 'x' } }, 'example.hookId'],
    ['an example that is too large', { ...paid, name: 'X', example: { a: 'x'.repeat(20_000) } }, 'example'],
    ['an example that its schema refuses', { ...paid, name: 'X', example: { total: 1 } }, 'example'],
    ['a schema that is none', { ...paid, name: 'X', example: {}, schema: { type: 1 } }, 'schema'],
    ['an unknown field', { ...paid, name: 'X', example: {}, tenantId: 'other' }, 'tenantId'],
  ])('refuses %s', async (_, body, field) => {
    expect(await make(body)).toMatchObject({
      status: 400,
      body: { code: 'guard.invalid_input', details: [{ field }] },
    });
  });

  it('has one type of a name in a tenant, and none of a built-in name', async () => {
    const input = { ...paid, name: 'Once', example: {}, schema: null };
    const answers = await Promise.all(Array.from({ length: 5 }, async () => make(input)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
    expect((await make(input, stranger)).status).toBe(201);
    expect(await make({ ...input, name: 'User.Created' })).toMatchObject({ body: { code: 'entity.conflict' } });
    for (const method of ['PATCH', 'DELETE']) {
      const answer = await service.call(method, '/api/event-types/User.Created', { body: { deprecated: true } });
      expect(answer).toMatchObject({ status: 409, body: { code: 'entity.conflict' } });
    }
  });

  it('is changed and marked as deprecated by who saw it last; a stranger sees nothing', async () => {
    const path = '/api/event-types/Invoice.Voided';
    const made = await make({ ...paid, name: 'Invoice.Voided', example: {}, schema: null });
    const etag = made.headers.get('etag') ?? '';
    const changed = await service.call('PATCH', path, { body: { deprecated: true }, headers: { 'if-match': etag } });
    expect(changed).toMatchObject({ status: 200, body: { deprecated: true, description: paid.description } });
    const late = await service.call('PATCH', path, { body: { group: 'x' }, headers: { 'if-match': etag } });
    expect(late).toMatchObject({ status: 412, body: { code: 'entity.version_mismatch' } });
    expect((await service.call('PATCH', path, { body: {} })).status).toBe(422);
    expect((await service.call('PATCH', path, { body: { schema: { required: ['x'] } } })).status).toBe(400);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { group: 'x' } : undefined;
      expect((await service.call(method, path, { body, key: stranger })).status).toBe(404);
    }
    const webhook = await service.makeWebhook({ events: ['Invoice.Voided'] });
    expect(webhook.events).toEqual(['Invoice.Voided']);
  });

  it('is deleted only while no webhook subscribes to it', async () => {
    const path = '/api/event-types/Invoice.Sent';
    await make({ ...paid, name: 'Invoice.Sent', example: {}, schema: null });
    const listed = await service.makeWebhook({ events: ['PostSignIn', 'Invoice.Sent'] });
    const legacy = await service.makeWebhook({ event: 'Invoice.Sent', events: undefined });
    expect(await service.call('DELETE', path)).toMatchObject({ status: 409, body: { data: { webhooks: 2 } } });
    await service.call('DELETE', `/api/hooks/${legacy.id}`);
    expect((await service.call('DELETE', path)).status).toBe(409);
    await service.call('PATCH', `/api/hooks/${listed.id}`, { body: { events: ['PostSignIn'] } });
    expect((await service.call('DELETE', path)).status).toBe(204);
    const refused = await service.call('PATCH', `/api/hooks/${listed.id}`, { body: { events: ['Invoice.Sent'] } });
    expect(refused).toMatchObject({ status: 400, body: { details: [{ field: 'events[0]' }] } });
  });

  it('never leaves a webhook subscribed to what is gone, however deletion and subscription meet', async () => {
    for (let round = 0; round < 10; round++) {
      const name = `Race.${round}`;
      await make({ ...paid, name, example: {}, schema: null });
      const [deleted, made] = await Promise.all([
        service.call('DELETE', `/api/event-types/${name}`),
        service.call('POST', '/api/hooks', { body: { events: [name], config: { url: 'http://127.0.0.1:8099/' } } }),
      ]);
      expect([
        [204, 400],
        [409, 201],
      ]).toContainEqual([deleted.status, made.status]);
    }
  });

  it('is told to the router, in versions that rise over a deletion and a new beginning', async () => {
    const input = { ...paid, name: 'Told', example: {}, schema: null };
    await make(input);
    await service.call('PATCH', '/api/event-types/Told', { body: { deprecated: true } });
    await service.call('DELETE', '/api/event-types/Told');
    await make(input);
    await waitFor(() => toldOf('Told').length === 4, { what: 'four records' });
    const records = toldOf('Told');
    expect(records).toMatchObject([
      { deleted: false, tenantId: 'default', epoch: 1, deprecated: false },
      { deleted: false, deprecated: true },
      { deleted: true },
      { deleted: false, deprecated: false },
    ]);
    const versions = records.map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((left, right) => left - right));
    expect(new Set(versions).size).toBe(4);
  });

  it('is told again, in a new epoch, by npm run config -- republish', async () => {
    await make({ ...paid, name: 'Retold', example: {}, schema: null });
    await waitFor(() => toldOf('Retold').length === 1, { what: 'the type on the topic' });
    expect(await republishCommand([], service.environment(), () => undefined)).toBe(0);
    await waitFor(() => toldOf('Retold').length === 2, { what: 'the type to be told again' });
    const [first, again] = toldOf('Retold');
    expect(again).toEqual({ ...first, epoch: 2 });
  });
});
