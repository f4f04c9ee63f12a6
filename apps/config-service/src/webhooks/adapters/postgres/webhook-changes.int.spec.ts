import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rowsOf } from '@signalbox/postgres';
import { waitFor } from '@signalbox/testing';
import { holdRelay } from '../../../testing/held-relay.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import { WebhookFeed } from '../../application/webhook-feed.ts';
import type { FeedEvent, WatchOptions } from '../../application/webhook-feed.ts';
import { PostgresWebhookChanges } from './webhook-changes.postgres.ts';

let service: RunningConfigService;
let changes: PostgresWebhookChanges;
let feed: WebhookFeed;
beforeAll(async () => {
  service = await RunningConfigService.start();
  changes = new PostgresWebhookChanges(service.dataSource);
  feed = new WebhookFeed(changes, 20);
});
afterAll(async () => service?.stop());
beforeEach(async () => allPublished());

const sql = async (text: string): Promise<unknown> => rowsOf(service.dataSource, text);

async function allPublished(): Promise<void> {
  const waiting = 'SELECT 1 FROM outbox WHERE position IS NULL';
  await waitFor(async () => (await rowsOf(service.dataSource, waiting)).length === 0, { what: 'all to be published' });
}

const rename = async (id: string, name: string): Promise<void> => {
  expect((await service.call('PATCH', `/api/hooks/${id}`, { body: { name } })).status).toBe(200);
};

/** Events of a watch, as they come. */
function watch(options: Omit<WatchOptions, 'signal'>): { events: FeedEvent[]; stop: () => Promise<void> } {
  const stopping = new AbortController();
  const events: FeedEvent[] = [];
  const done = (async () => {
    for await (const event of feed.watch({ ...options, signal: stopping.signal })) events.push(event);
  })();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await done;
  };
  return { events, stop };
}

const told = (events: readonly FeedEvent[]): string[] =>
  events.flatMap((event) => {
    if (event.kind === 'snapshot') return [`snapshot of ${event.webhooks.length}`];
    return [event.kind === 'deleted' ? `deleted ${event.version}` : `${event.webhook.name} ${event.webhook.version}`];
  });

describe('the feed of webhooks', () => {
  it('begins with a snapshot, then tells each change once, in order, as it left the webhook', async () => {
    const key = await service.makeKey('t-order', ['webhooks:read', 'webhooks:write']);
    const { id } = await service.makeWebhook({ name: 'first' }, key);
    await allPublished();
    const { events, stop } = watch({ tenantId: 't-order' });
    await waitFor(() => events.length === 1, { what: 'the snapshot' });
    for (const name of ['a', 'b', 'c']) await service.call('PATCH', `/api/hooks/${id}`, { body: { name }, key });
    // Several entries of the journal in one change.
    await service.call('PATCH', `/api/hooks/${id}`, { body: { name: 'd', enabled: false }, key });
    await service.call('DELETE', `/api/hooks/${id}`, { key });
    await service.makeWebhook();
    await waitFor(() => events.length === 6, { what: 'the changes' });
    expect(told(events)).toEqual(['snapshot of 1', 'a 2', 'b 3', 'c 4', 'd 6', 'deleted 7']);
    await stop();

    const from = events[2]?.at;
    if (from === undefined) throw new Error('an event has a place');
    const resumed = watch({ tenantId: 't-order', from });
    await waitFor(() => resumed.events.length === 3, { what: 'the rest' });
    expect(told(resumed.events)).toEqual(['c 4', 'd 6', 'deleted 7']);
    await resumed.stop();
  });

  it('leaves out of a snapshot what is not published yet, and tells it as a change then', async () => {
    const key = await service.makeKey('t-lag', ['webhooks:read', 'webhooks:write']);
    const kept = await service.makeWebhook({ name: 'kept' }, key);
    const gone = await service.makeWebhook({ name: 'gone' }, key);
    await allPublished();
    const letRelayGoOn = await holdRelay(service.dataSource);
    await service.call('PATCH', `/api/hooks/${kept.id}`, { body: { name: 'renamed', enabled: false }, key });
    await service.call('DELETE', `/api/hooks/${gone.id}`, { key });
    const made = (await service.makeWebhook({}, key)).id;
    const snapshot = await changes.snapshot('t-lag');
    const names = snapshot.webhooks.map(({ name, version }) => `${name} ${version}`);
    expect(names.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['gone 1', 'kept 1']);
    await letRelayGoOn();
    await allPublished();
    const page = await changes.after(snapshot.at, 't-lag');
    if (page === 'snapshot-needed') throw new Error('the place is known');
    expect(page.changes.map((change) => (change.kind === 'changed' ? change.webhook.id : `- ${change.id}`))).toEqual([
      kept.id,
      `- ${gone.id}`,
      made,
    ]);
  });

  it('needs a snapshot for a place of another epoch, before what is kept, or behind the end', async () => {
    const { id } = await service.makeWebhook();
    for (const name of ['x', 'y', 'z']) await rename(id, name);
    await allPublished();
    const { at } = await changes.snapshot();
    expect(await changes.after(at)).toEqual({ changes: [], next: at });
    expect(await changes.after({ ...at, position: at.position + 1 })).toBe('snapshot-needed');
    expect(await changes.after({ ...at, epoch: at.epoch - 1 })).toBe('snapshot-needed');
    expect(await changes.after({ ...at, position: at.position - 2 })).toMatchObject({ next: at });
    await sql(`DELETE FROM outbox WHERE position < ${at.position - 1}`);
    expect(await changes.after({ ...at, position: at.position - 2 })).toMatchObject({ next: at });
    expect(await changes.after({ ...at, position: at.position - 3 })).toBe('snapshot-needed');
  });

  it('misses nothing and tells nothing twice while several write at once', async () => {
    const tenantId = 't-load';
    const key = await service.makeKey(tenantId, ['webhooks:read', 'webhooks:write']);
    const first = watch({ tenantId });
    await waitFor(() => first.events.length === 1, { what: 'the snapshot' });
    const hooks = await Promise.all(Array.from({ length: 5 }, async () => service.makeWebhook({}, key)));
    const second = watch({ tenantId });
    await Promise.all(
      hooks.map(async ({ id }) => {
        for (let n = 2; n <= 11; n++) await service.call('PATCH', `/api/hooks/${id}`, { body: { name: `n${n}` }, key });
      }),
    );
    await waitFor(() => first.events.length === 1 + 5 * 11, { what: 'every change' });
    expect(versionsOf(first.events)).toEqual(hooks.map(() => Array.from({ length: 11 }, (_, index) => index + 1)));
    const last = first.events.at(-1)?.at.position;
    await waitFor(() => second.events.at(-1)?.at.position === last, { what: 'the second watcher' });
    for (const versions of versionsOf(second.events)) {
      const from = versions[0] ?? 0;
      expect(versions).toEqual(Array.from({ length: 12 - from }, (_, index) => index + from));
    }
    await Promise.all([first.stop(), second.stop()]);
  });
});

/** Versions told of each webhook, the snapshot's first. */
function versionsOf(events: readonly FeedEvent[]): number[][] {
  const versions = new Map<string, number[]>();
  const tell = (id: string, version: number): void => {
    const known = versions.get(id);
    if (known === undefined) versions.set(id, [version]);
    else known.push(version);
  };
  for (const event of events) {
    if (event.kind === 'snapshot') for (const { id, version } of event.webhooks) tell(id, version);
    else if (event.kind === 'changed') tell(event.webhook.id, event.webhook.version);
  }
  return [...versions.values()];
}
