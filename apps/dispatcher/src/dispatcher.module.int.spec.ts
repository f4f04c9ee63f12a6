import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeadLetter, Fact, WebhookState } from '@signalbox/contracts';
import { decodeDeadLetter, decodeFact } from '@signalbox/contracts';
import type { DeliveryId } from '@signalbox/domain';
import { deliveryIdOf, standardWebhooksSecret } from '@signalbox/domain';
import type { Answer, TestBackends } from '@signalbox/testing';
import { anEvent, ReceiverServer, startTestBackends, waitFor } from '@signalbox/testing';
import { createHmac } from 'node:crypto';
import { ConfigServiceStub } from './testing/config-service-stub.ts';
import { RunningDispatcher } from './testing/running-dispatcher.ts';

let backends: TestBackends;
let receiver: ReceiverServer;
let running: RunningDispatcher;
const config = new ConfigServiceStub();

beforeAll(async () => {
  backends = await startTestBackends();
  running = await RunningDispatcher.start(backends, await config.start());
});
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  config.stop();
  await backends.stop();
  expect(running.fatal).toEqual([]);
});
beforeEach(async () => {
  receiver = await ReceiverServer.start();
});
afterEach(() => receiver.close());

let version = 0;
/** A webhook of its own for each test: an id of 21 characters. */
const configure = async ({ url = receiver.url, ...more }: Partial<WebhookState> = {}): Promise<string> => {
  const id = `webhook${String(++version).padStart(14, '0')}`;
  await running.configure({ id, url, subscribedTo: [`User.Created`], tenantId: id, ...more });
  return id;
};
const factsOf = async (...webhookIds: readonly string[]): Promise<() => Fact[]> => {
  const records = await running.records(backends.topics.attempts);
  return () =>
    records
      .map((record) => decodeFact(record.headers, record.value))
      .filter((fact): fact is Fact => fact.kind !== 'not-a-fact' && webhookIds.includes(fact.webhookId));
};

describe('the dispatcher, all roles on a real Kafka', () => {
  it('delivers an event byte for byte with hookId last, signed by both schemes', async () => {
    const id = await configure();
    const body = '{ "event":"User.Created", "data": {"name":"Zoë"} , "n": 1.0 }';
    await running.publish(body, { 'tenant-id': id, 'event-id': 'evt-1' });
    const [request] = await receiver.waitForRequests(1);
    const sent = `${body.slice(0, -1)},"hookId":"${id}"}`;
    expect(request?.body.toString()).toBe(sent);
    const headers = request?.headers ?? {};
    const hmac = (content: string): ReturnType<typeof createHmac> =>
      createHmac('sha256', 'test-signing-key').update(content);
    expect(headers['logto-signature-sha-256']).toBe(hmac(sent).digest('hex'));
    expect(headers['webhook-id']).toBe(deliveryIdOf(id, 'evt-1'));
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${sent}`;
    expect(headers['webhook-signature']).toBe(`v1,${hmac(signed).digest('base64')}`);
    expect(standardWebhooksSecret('test-signing-key')).toMatch(/^whsec_/);
    expect(headers['traceparent']).toMatch(/^00-/);
  });

  it('tries again after 500 by tiers and hops, with the same id, and says so in its facts', async () => {
    receiver.answer(500, 503, 200);
    const id = await configure();
    const facts = await factsOf(id);
    await running.publish(anEvent(), { 'tenant-id': id });
    const requests = await receiver.waitForRequests(3);
    expect(new Set(requests.map((request) => request.headers['webhook-id'])).size).toBe(1);
    await waitFor(() => facts().length === 3, { what: 'three facts' });
    expect(facts()).toMatchObject([
      { kind: 'attempted', outcome: 'retrying', attemptNumber: 1, statusCode: 500, errorClass: 'http-status' },
      { kind: 'attempted', outcome: 'retrying', attemptNumber: 2, statusCode: 503 },
      { kind: 'attempted', outcome: 'succeeded', attemptNumber: 3, statusCode: 200 },
    ]);
  });

  it('ends a delivery at once on 400', async () => {
    receiver.answer(400);
    const id = await configure();
    const facts = await factsOf(id);
    await running.publish(anEvent(), { 'tenant-id': id });
    await waitFor(() => facts().length === 1, { what: 'a fact' });
    expect(facts()).toMatchObject([{ outcome: 'failed', statusCode: 400 }]);
  });

  it('puts a bad record aside with its reason and delivers the next', async () => {
    const id = await configure();
    const letters = await running.records(backends.topics.deadLetters);
    await running.publish('{"event":"User.Created","hookId":"forged"}', { 'tenant-id': id });
    await running.publish('no json', { 'tenant-id': id });
    await running.publish(anEvent(), { 'tenant-id': id });
    await receiver.waitForRequests(1);
    await waitFor(() => letters.length >= 2, { what: 'two dead letters' });
    const reasons = new Set(letters.map((letter) => decodeDeadLetter(letter.headers)?.reason));
    expect(reasons).toEqual(new Set(['carries-hook-id', 'not-json']));
  });

  it('puts a record of thousands of headers aside, by where it lies, and delivers the next', async () => {
    const id = await configure();
    const letters = await running.records(backends.topics.deadLetters);
    const headers = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`h${index}`, 'x']));
    await running.publish(anEvent(), { ...headers, 'tenant-id': id });
    await running.publish(anEvent(), { 'tenant-id': id });
    await receiver.waitForRequests(1);
    const found = (): (DeadLetter | undefined)[] => letters.map((letter) => decodeDeadLetter(letter.headers));
    const message = 'the record has 5001 headers; at most 256 are read';
    await waitFor(() => found().some((one) => one?.message === message), { what: 'the letter' });
    expect(found().find((one) => one?.message === message)).toMatchObject({
      reason: 'bad-header',
      topic: backends.topics.authEvents[0],
      partition: expect.any(Number),
      offset: expect.any(Number),
    });
  });

  it('skips what comes up while its webhook is disabled, and waits for a state it does not know yet', async () => {
    receiver.answer(500);
    const id = await configure({ version: 1 });
    const facts = await factsOf(id);
    await running.publish(anEvent(), { 'tenant-id': id });
    await receiver.waitForRequests(1);
    await running.configure({ id, url: receiver.url, tenantId: id, version: 2, enabled: false });
    await waitFor(() => facts().length === 2, { what: 'the retry to be skipped' });
    expect(facts()[1]).toMatchObject({ kind: 'skipped', reason: 'webhook disabled', attemptNumber: 2 });
  });

  it('makes no duplicate over a clean stop under load', async () => {
    const id = await configure();
    receiver.answerBy(() => ({ status: 200, delayMs: 20 }));
    const publish = async (from: number): Promise<void> => {
      for (let index = from; index < from + 150; index++) {
        await running.publish(anEvent('User.Created', { index }), { 'tenant-id': id, 'event-id': `e${index}` });
      }
    };
    await publish(0);
    await running.pause();
    await publish(150);
    await running.resume();
    const published = Array.from({ length: 300 }, (_, index) => deliveryIdOf(id, `e${index}`));
    const missing = (): DeliveryId[] => {
      const received = new Set(receiver.requests.map((request) => request.headers['webhook-id']));
      return published.filter((deliveryId) => !received.has(deliveryId));
    };
    await waitFor(() => missing().length === 0, { what: 'all to arrive', timeoutMs: 30_000 }).catch(() => {});
    expect(missing().map((deliveryId) => `e${published.indexOf(deliveryId)}`)).toEqual([]);
    expect(receiver.requests).toHaveLength(300);
  });
});

describe('a delivery whose receiver asked for something, or whose webhook was changed while it waited', () => {
  const LATER: Answer = { status: 503, headers: { 'retry-after': '3' } };
  const ids = { busy: '', aborting: '', leaving: '', moved: '', deleted: '' };
  let endpoint: ReceiverServer;
  let facts: () => Fact[];
  const factsAbout = (id: string): Fact[] => facts().filter(({ webhookId }) => webhookId === id);
  const pathsUnder = (path: string): string[] =>
    endpoint.requests.map((request) => request.path).filter((one) => one.startsWith(path));

  // All of them at once: they wait for the same three seconds.
  beforeAll(async () => {
    endpoint = await ReceiverServer.start();
    const answers: Record<string, Answer> = {
      '/hook/busy': { status: 429, headers: { 'retry-after': '3' } },
      '/hook/aborting': { status: 500, headers: { 'webhook-delivery': 'abort-message' } },
      '/hook/leaving': { status: 200, headers: { 'webhook-delivery': 'disable' } },
      '/hook/moved': LATER,
      '/hook/deleted': LATER,
    };
    endpoint.answerBy(({ path }) => (pathsUnder(path).length > 1 ? 200 : (answers[path] ?? 200)));
    const names = Object.keys(ids) as (keyof typeof ids)[];
    await Promise.all(names.map(async (name) => (ids[name] = await configure({ url: `${endpoint.url}/${name}` }))));
    facts = await factsOf(...Object.values(ids));
    await Promise.all(Object.values(ids).map(async (id) => running.publish(anEvent(), { 'tenant-id': id })));
    await endpoint.waitForRequests(5);
    const [moved, deleted] = [ids.moved, ids.deleted].map((id) => ({ id, tenantId: id, version: 2 }));
    if (moved === undefined || deleted === undefined) throw new Error('there are no webhooks to change');
    await Promise.all([running.configure({ ...moved, url: `${endpoint.url}/moved/on` }), running.delete(deleted)]);
    const waited = [ids.busy, ids.moved, ids.deleted];
    await waitFor(() => waited.every((id) => factsAbout(id).length === 2), { what: 'what came of those that waited' });
  });
  afterAll(() => endpoint.close());

  it('waits as long as Retry-After asks', () => {
    const [first, second] = factsAbout(ids.busy);
    expect([first, second]).toMatchObject([
      { outcome: 'retrying', statusCode: 429, attemptNumber: 1 },
      { outcome: 'succeeded', attemptNumber: 2 },
    ]);
    if (first?.kind !== 'attempted' || second?.kind !== 'attempted') throw new Error('there are no two attempts');
    expect(first.nextAttemptAtMs).toBe(first.atMs + 3_000);
    expect(second.startedAtMs).toBeGreaterThanOrEqual(first.atMs + 3_000);
  });

  it('ends with one attempt where its receiver wants no more of it', () => {
    // A second one would have come a second after it, long before those that waited.
    expect(factsAbout(ids.aborting)).toMatchObject([
      { kind: 'attempted', outcome: 'failed', statusCode: 500, verdict: 'abort-delivery' },
    ]);
    expect(pathsUnder('/hook/aborting')).toHaveLength(1);
  });

  it('succeeds, and has config-service disable its webhook where its receiver asks for that', async () => {
    const [fact] = factsAbout(ids.leaving);
    expect(fact).toMatchObject({ outcome: 'succeeded', statusCode: 200, verdict: 'disable-webhook' });
    await waitFor(() => config.callsOf(ids.leaving).length > 0, { what: 'the call' });
    expect(config.callsOf(ids.leaving)[0]?.request).toMatchObject({
      webhookId: ids.leaving,
      version: 1,
      deliveryId: fact?.deliveryId,
      reason: 'the receiver answered with the header webhook-delivery: disable',
    });
  });

  it('goes to the URL in force when it comes up again', () => {
    expect(pathsUnder('/hook/moved')).toEqual(['/hook/moved', '/hook/moved/on']);
    expect(factsAbout(ids.moved)[1]).toMatchObject({ outcome: 'succeeded', attemptNumber: 2, webhookVersion: 2 });
  });

  it('is skipped where its webhook is deleted by then', () => {
    expect(factsAbout(ids.deleted)[1]).toMatchObject({ kind: 'skipped', reason: 'webhook deleted', attemptNumber: 2 });
    expect(pathsUnder('/hook/deleted')).toHaveLength(1);
  });
});
