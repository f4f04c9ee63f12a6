import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import { encodeFact } from '@signalbox/contracts';
import type { LogProducer } from '@signalbox/kafka';
import { createLogProducer } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { IDENTITY_HEADER } from '@signalbox/identity';
import { EventStream } from '../testing/event-stream.ts';
import { attempted, breakerChanged, deferred, expired, skipped } from '../testing/facts.ts';
import type { RunningMonitoring } from '../testing/running-monitoring.ts';
import { startMonitoring } from '../testing/running-monitoring.ts';

let monitoring: RunningMonitoring;
let producer: LogProducer;
const streams: EventStream[] = [];

beforeAll(async () => {
  monitoring = await startMonitoring();
  producer = createLogProducer({ connection: monitoring.connection });
  await producer.start();
});
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});
afterAll(async () => {
  await producer?.stop();
  await monitoring?.stop();
});

let made = 0;

/** Appends a fact as a sender does, to the partitions in turn, and answers its delivery's id. */
function append(fact: Fact): string {
  const deliveryId = randomUUID() as Fact['deliveryId'];
  const { headers, value } = encodeFact({ ...fact, deliveryId, atMs: Date.now(), firstScheduledAtMs: Date.now() });
  const partition = made++ % monitoring.backends.layout.partitions;
  producer.append({ topic: monitoring.backends.topics.attempts, partition, key: fact.webhookId, value, headers });
  return deliveryId;
}

async function open(path: string, at = monitoring): Promise<EventStream> {
  const stream = new EventStream(path);
  streams.push(stream);
  expect(await stream.connect(at)).toBe(200);
  return stream;
}

const idsIn = (stream: EventStream): readonly string[] =>
  stream.named('attempt').map(({ data }) => (data as { deliveryId: string }).deliveryId);

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${monitoring.url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

describe('the live feed', () => {
  it('begins now, and shows what every kind of fact says', async () => {
    append(attempted());
    await producer.flush();
    const stream = await open('/api/live');
    await stream.until(() => stream.events.length === 1, 'the first event');
    expect(stream.events[0]).toMatchObject({ name: 'ready', data: {} });
    append(
      attempted({ outcome: 'retrying', statusCode: 503, errorClass: 'http-status', error: 'x', nextAttemptAtMs: 7 }),
    );
    append(deferred({ reason: 'breaker open', detail: 'since 14:02:31', dueAtMs: 9 }));
    append(skipped());
    append(expired());
    append(breakerChanged({ openSinceMs: 3 }));
    await stream.until(() => stream.events.length === 6, 'five facts');
    const shown = stream.events.map(({ data }) => data as { kind?: string; state?: string });
    const of = (kind: string) => shown.find((data) => data.kind === kind);
    expect(of('attempted')).toMatchObject({
      hookId: 'webhook1',
      event: 'User.Created',
      state: 'retrying',
      round: 0,
      number: 1,
      statusCode: 503,
      errorClass: 'http-status',
      nextAttemptAt: 7,
      duration: { firstByteMs: 11, totalMs: 12 },
    });
    expect(of('deferred')).toMatchObject({
      state: 'waiting',
      reason: 'breaker open: since 14:02:31',
      nextAttemptAt: 9,
    });
    expect(of('skipped')).toMatchObject({ state: 'skipped', reason: 'webhook disabled' });
    expect(of('expired')).toMatchObject({ state: 'expired', reason: 'could not be sent within 72 h' });
    expect(stream.named('breaker').map(({ data }) => data)).toMatchObject([
      { hookId: 'webhook1', state: 'open', openSince: 3, reason: '5 timeouts in a row' },
    ]);
  });

  it('shows of a tenant what it is asked for, and nothing of another', async () => {
    const paths = [
      '/api/live',
      '/api/hooks/b/live',
      '/api/live?hookId=a,b&state=failed',
      '/api/live?event=User.Deleted',
    ];
    const [all, hook, failedOnes, event] = await Promise.all(paths.map(async (path) => open(path)));
    append(attempted({ webhookId: 'a', tenantId: 'acme' }));
    append(breakerChanged({ webhookId: 'b', tenantId: 'acme' }));
    const first = append(attempted({ webhookId: 'a' }));
    const failed = append(attempted({ webhookId: 'a', outcome: 'failed' }));
    append(attempted({ webhookId: 'c', outcome: 'failed' }));
    const deleted = append(attempted({ webhookId: 'b', eventType: 'User.Deleted' }));
    await all!.until(() => idsIn(all!).length === 4, 'four attempts');
    await hook!.until(() => idsIn(hook!).length === 1, 'the attempt of one webhook');
    expect(idsIn(all!)).toEqual(expect.arrayContaining([first, failed, deleted]));
    expect(all!.named('breaker')).toEqual([]);
    expect(idsIn(hook!)).toEqual([deleted]);
    expect(idsIn(failedOnes!)).toEqual([failed]);
    expect(idsIn(event!)).toEqual([deleted]);
  });

  it('shows every attempt once to each reader while both instances are restarted one after the other', async () => {
    // The first one owns the backends; the two beside it are those that readers know.
    const pair = await Promise.all([startMonitoring(monitoring), startMonitoring(monitoring)]);
    const up: (RunningMonitoring | undefined)[] = [...pair];
    const readers = await Promise.all([open('/api/live', pair[0]), open('/api/hooks/webhook-1/live', pair[1])]);
    const expected: string[][] = [[], []];
    const done = new AbortController();
    const writing = (async () => {
      for (let index = 0; !done.signal.aborted; index++) {
        const id = append(attempted({ webhookId: `webhook-${index % 3}` }));
        expected[0]!.push(id);
        if (index % 3 === 1) expected[1]!.push(id);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    // Whoever is cut off goes to an instance that is there.
    const keeping = (async () => {
      while (!done.signal.aborted) {
        const there = up.find((instance) => instance !== undefined)!;
        for (const reader of readers) if (!reader.isConnected) await reader.connect(there).catch(() => reader.close());
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    for (const restarted of [0, 1]) {
      const seen = readers.map((reader) => idsIn(reader).length);
      await waitFor(() => readers.every((reader, index) => idsIn(reader).length > seen[index]! + 20), {
        what: 'both readers to see more',
        timeoutMs: 20_000,
      });
      const going = up[restarted]!;
      up[restarted] = undefined;
      await going.stop();
      up[restarted] = await startMonitoring(monitoring);
    }
    done.abort();
    await Promise.all([writing, keeping]);
    await producer.flush();
    for (const [index, reader] of readers.entries()) {
      if (!reader.isConnected) await reader.connect(up[0]!);
      await reader.until(() => idsIn(reader).length >= expected[index]!.length, 'all attempts');
      const ids = idsIn(reader);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(ids)).toEqual(new Set(expected[index]));
      expect(reader.named('skipped')).toEqual([]);
      expect(reader.named('ready').length).toBeGreaterThan(1);
      reader.close();
    }
    await Promise.all(up.map(async (instance) => instance?.stop()));
  }, 90_000);

  it('tells a reader that is too slow how much it missed, and costs another nothing', async () => {
    const quick = await open('/api/live');
    // A socket that nobody reads: its buffers fill, and nothing more is taken.
    const slow = connect(Number(new URL(monitoring.url).port), '127.0.0.1');
    slow.write(`GET /api/live HTTP/1.1\r\nhost: x\r\n${IDENTITY_HEADER}: ${await monitoring.identity()}\r\n\r\n`);
    slow.pause();
    await waitFor(async () => (await metric('signalbox_monitoring_live_readers')) === 2, { what: 'two readers' });
    const count = 12_000;
    const error = 'e'.repeat(1_600);
    for (let written = 0; written < count;) {
      for (const end = written + 1_000; written < end; written++) append(attempted({ outcome: 'failed', error }));
      await quick.until(() => quick.named('attempt').length === written, 'the quick reader to see all of them');
    }
    expect(quick.named('skipped')).toEqual([]);
    let text = '';
    slow.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    slow.resume();
    await waitFor(() => /event: skipped\n/.test(text), { what: 'the slow reader to be told' });
    // Goes on with the newest, and what was shown and what was missed is all there was.
    const last = append(attempted());
    await waitFor(() => text.includes(last), { what: 'the slow reader to go on' });
    slow.destroy();
    const missed = [...text.matchAll(/event: skipped\r?\n(?:[^\n]*\n)?data: \{"count":(\d+)/g)];
    const sum = missed.reduce((total, [, one]) => total + Number(one), 0);
    expect(text.match(/event: attempt\n/g)!.length + sum).toBe(count + 1);
  }, 60_000);

  it('tells a reader that was away for long that it does not look at all of it, and not how much others did', async () => {
    const stream = await open('/api/live');
    await stream.until(() => stream.lastId !== undefined, 'an id');
    stream.close();
    for (let index = 0; index < 21_000; index++) append(attempted({ webhookId: 'noise', tenantId: 'acme' }));
    const last = append(attempted());
    await producer.flush();
    await stream.connect(monitoring);
    await stream.until(() => idsIn(stream).includes(last), 'the last attempt');
    const [skip] = stream.named('skipped');
    expect(skip?.data).toEqual({ reason: 'too-far-behind' });
  }, 60_000);

  it('says what is wrong with a query and an id, and lets in who may', async () => {
    const status = async (path: string, headers: Record<string, string>) =>
      (await fetch(`${monitoring.url}${path}`, { headers })).status;
    const identity = await monitoring.identity();
    expect(await status('/api/live', {})).toBe(401);
    const lacking = await monitoring.identity({ scopes: ['webhooks:read'] });
    expect(await status('/api/live', { [IDENTITY_HEADER]: lacking })).toBe(403);
    for (const path of ['/api/live?state=lost', '/api/live?event=', `/api/live?hookId=${'a,'.repeat(101)}a`]) {
      expect(await status(path, { [IDENTITY_HEADER]: identity })).toBe(400);
    }
    expect(await status('/api/live', { [IDENTITY_HEADER]: identity, 'last-event-id': 'A!' })).toBe(400);
  });
});
