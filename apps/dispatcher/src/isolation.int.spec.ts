import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import { decodeFact } from '@signalbox/contracts';
import type { TestBackends } from '@signalbox/testing';
import { anEvent, ReceiverServer, startTestBackends, waitFor } from '@signalbox/testing';
import { RunningDispatcher } from './testing/running-dispatcher.ts';

let backends: TestBackends;
let running: RunningDispatcher;
let healthy: ReceiverServer;
let hanging: ReceiverServer;

beforeAll(async () => {
  backends = await startTestBackends();
  running = await RunningDispatcher.start(backends);
});
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await backends.stop();
  expect(running.fatal).toEqual([]);
});
beforeEach(async () => {
  healthy = await ReceiverServer.start();
  hanging = await ReceiverServer.start();
});
afterEach(async () => {
  await hanging.close();
  await healthy.close();
});

let made = 0;
/** A webhook in a tenant of its own, whose id is the tenant's too. */
const webhookAt = async (url: string, more: object = {}): Promise<string> => {
  const id = `isolate${String(++made).padStart(14, '0')}`;
  await running.configure({ id, url, tenantId: id, ...more });
  return id;
};
const publish = async (tenantId: string, count: number): Promise<void> => {
  const each = Array.from({ length: count }, (_, index) => anEvent('User.Created', { index }));
  await Promise.all(
    each.map((event, index) => running.publish(event, { 'tenant-id': tenantId, 'event-id': `${index}` })),
  );
};
const factsOf = async (...webhookIds: readonly string[]): Promise<() => Fact[]> => {
  const records = await running.records(backends.topics.attempts);
  const ids = new Set(webhookIds);
  return () =>
    records
      .map((record) => decodeFact(record.headers, record.value))
      .filter((fact): fact is Fact => fact.kind !== 'not-a-fact' && ids.has(fact.webhookId));
};

const OPEN_BREAKERS = 'signalbox_dispatcher_open_breakers';
const factsCounted = (kind: Fact['kind'], detail: string): string =>
  `signalbox_dispatcher_delivery_facts_total{kind="${kind}",detail="${detail}"}`;

/**
 * 2,000 events for an endpoint that never answers come first, then 2 for each of 99 neighbours. Each of theirs succeeds at its
 * first attempt and is never put off, before any attempt at the hanging one has come to an end.
 */
async function expectNeighboursUnharmed(hangingUrl: string, neighbourUrl: (index: number) => string): Promise<void> {
  // Its attempts outlast the test: nothing that the neighbours get can come of them having ended.
  const slow = await webhookAt(hangingUrl, { timeoutMs: 30_000 });
  const neighbours = await Promise.all(
    // This one process is also the receivers, which may answer slowly on a busy machine.
    Array.from({ length: 99 }, async (_, index) => webhookAt(neighbourUrl(index), { timeoutMs: 30_000 })),
  );
  const facts = await factsOf(slow);
  const ofNeighbours = await factsOf(...neighbours);
  await publish(slow, 2_000);
  await Promise.all(neighbours.map(async (id) => publish(id, 2)));
  // The bound of their latency: where they shared anything with it, they would wait for the 30 s of its attempts. On a busy
  // machine 2,200 events through all roles in one process take most of this.
  await waitFor(() => ofNeighbours().length >= 198, { what: "the neighbours' deliveries", timeoutMs: 25_000 });
  const attemptsAtHanging = facts().filter(({ kind }) => kind === 'attempted');
  const told = ofNeighbours().map((fact) => (fact.kind === 'attempted' ? `${fact.outcome} at first` : fact.kind));
  expect({ neighbours: [...new Set(told)], facts: told.length }).toEqual({
    neighbours: ['succeeded at first'],
    facts: 198,
  });
  expect(healthy.requests.filter(({ path }) => path !== '/hangs')).toHaveLength(198);
  expect(attemptsAtHanging).toEqual([]);
}

describe('one endpoint never slows another (invariant 4)', () => {
  it('99 neighbours of a hanging endpoint do not notice it, though 2,000 events for it came first', async () => {
    hanging.answer({ fault: 'hang' });
    await expectNeighboursUnharmed(hanging.url, () => healthy.url);
    expect(hanging.requests.length).toBeLessThanOrEqual(4);
    expect(await running.metric(OPEN_BREAKERS)).toBe(0);
    expect(await running.metric(factsCounted('attempted', 'succeeded'))).toBe(198);
  });

  it('nor do they when all of them share one origin with it', async () => {
    healthy.answerBy(({ path }) => (path === '/hangs' ? { fault: 'hang' } : 200));
    const at = (path: string): string => new URL(path, healthy.url).href;
    await expectNeighboursUnharmed(at('/hangs'), (index) => at(`/${index}`));
  });

  it('what cannot go moves to a tier with its reason, and the breaker says since when and until when', async () => {
    hanging.answer({ fault: 'hang' });
    const id = await webhookAt(hanging.url, { timeoutMs: 1_000 });
    const facts = await factsOf(id);
    await publish(id, 400);
    const deferredBy = (reason: string): number =>
      facts().filter((fact) => fact.kind === 'deferred' && fact.reason === reason).length;
    await waitFor(() => deferredBy('breaker open') > 0, {
      what: 'deferrals because of the breaker',
      timeoutMs: 20_000,
    });
    const change = facts().find((fact) => fact.kind === 'breaker-changed');
    expect(change).toMatchObject({ state: 'open', reason: '5 attempts in a row got no answer' });
    if (change?.kind !== 'breaker-changed') throw new Error('there is no change');
    expect((change.nextProbeAtMs ?? 0) - (change.openSinceMs ?? 0)).toBeGreaterThanOrEqual(24_000);
    await waitFor(() => deferredBy('breaker open') + deferredBy('queue full') >= 390, { what: 'all the others' });
    const attempts = facts().filter(({ kind }) => kind === 'attempted');
    expect(attempts.length).toBeLessThanOrEqual(10);
    // Those of the tests before, whose endpoints are gone, may be open too.
    expect(await running.metric(OPEN_BREAKERS)).toBeGreaterThanOrEqual(1);
    expect(await running.metric(factsCounted('breaker-changed', 'open'))).toBeGreaterThanOrEqual(1);
    for (const reason of ['breaker open', 'queue full']) {
      expect(await running.metric(factsCounted('deferred', reason))).toBeGreaterThanOrEqual(deferredBy(reason));
    }
  });

  it('a rate limit lets through what it says, and puts the rest off to its turn', async () => {
    const id = await webhookAt(healthy.url, { rateLimitPerSecond: 10 });
    const facts = await factsOf(id);
    const startedAtMs = Date.now();
    await publish(id, 100);
    await healthy.waitForRequests(30);
    const seconds = (Date.now() - startedAtMs) / 1_000;
    expect(healthy.requests.length).toBeLessThanOrEqual(11 * seconds + 2);
    const limited = facts().filter((fact) => fact.kind === 'deferred' && fact.reason === 'rate limit');
    expect(limited.length).toBeGreaterThanOrEqual(30);
    const turns = limited.map((fact) => (fact.kind === 'deferred' ? fact.dueAtMs : 0));
    expect(Math.max(...turns) - Math.min(...turns)).toBeGreaterThan(2_000);
    expect(await running.metric(factsCounted('deferred', 'rate limit'))).toBeGreaterThanOrEqual(limited.length);
  });
});
