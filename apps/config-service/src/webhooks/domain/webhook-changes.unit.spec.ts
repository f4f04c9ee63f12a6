import { describe, expect, it } from '@jest/globals';
import { actorOf } from './actor.ts';
import { changesOf } from './webhook-changes.ts';
import { evolve } from './webhook.decider.ts';
import type { JournalEntry, WebhookEvent } from './webhook.events.ts';
import { initialHistory } from './webhook.ts';

const entry = (version: number, event: WebhookEvent): JournalEntry => ({
  webhookId: 'w1',
  version,
  event,
  actor: 'api-key:a',
  atMs: version,
});
const created = entry(1, {
  type: 'Created',
  data: {
    tenantId: 't1',
    name: 'first',
    event: null,
    events: ['PostSignIn'],
    url: 'https://example.com/a',
    headers: [
      { name: 'x-kept', sealedValue: 'sealed-secret-1' },
      { name: 'x-gone', sealedValue: 'sealed-secret-2' },
    ],
    policy: { retries: 1 },
    signingKey: 'sealed-key',
    ed25519PrivateKey: 'sealed-ed25519',
    enabled: true,
  },
});
const webhook = evolve(initialHistory, created);
const changed = (event: WebhookEvent) => changesOf(webhook, entry(2, event));

describe('what an entry changed', () => {
  it('is all there is at the beginning, secrets masked', () => {
    expect(changesOf(initialHistory, created)).toEqual([
      { field: 'name', to: 'first' },
      { field: 'events', to: ['PostSignIn'] },
      { field: 'config.url', to: 'https://example.com/a' },
      { field: 'config.headers.x-kept', to: '***' },
      { field: 'config.headers.x-gone', to: '***' },
      { field: 'config.retries', to: 1 },
      { field: 'ed25519Key', to: '***' },
      { field: 'enabled', to: true },
      { field: 'signingKey', to: '***' },
    ]);
  });

  it.each<[WebhookEvent, unknown]>([
    [{ type: 'Renamed', data: { name: 'second' } }, [{ field: 'name', from: 'first', to: 'second' }]],
    [
      { type: 'EventsChanged', data: { event: 'PostRegister', events: [] } },
      [
        { field: 'event', to: 'PostRegister' },
        { field: 'events', from: ['PostSignIn'], to: [] },
      ],
    ],
    [
      { type: 'EndpointChanged', data: { url: 'https://example.com/b' } },
      [{ field: 'config.url', from: 'https://example.com/a', to: 'https://example.com/b' }],
    ],
    [
      {
        type: 'HeadersChanged',
        data: {
          headers: [
            { name: 'x-kept', sealedValue: 'sealed-secret-3' },
            { name: 'x-new', sealedValue: 'sealed-secret-4' },
          ],
        },
      },
      [
        { field: 'config.headers.x-kept', from: '***', to: '***' },
        { field: 'config.headers.x-gone', from: '***' },
        { field: 'config.headers.x-new', to: '***' },
      ],
    ],
    [
      { type: 'DeliveryPolicyChanged', data: { policy: { timeoutMs: 2_000 }, ed25519PrivateKey: null } },
      [
        { field: 'config.retries', from: 1 },
        { field: 'config.timeoutMs', to: 2_000 },
        { field: 'ed25519Key', from: '***' },
      ],
    ],
    [
      { type: 'SigningKeyRotated', data: { signingKey: 'sealed-key-2', replacedHonouredUntilMs: 9 } },
      [
        { field: 'signingKey', from: '***', to: '***' },
        { field: 'replacedKeyHonouredUntil', to: 9 },
      ],
    ],
    [
      { type: 'Disabled', data: { reason: { by: 'receiver', message: 'It said 410 Gone' } } },
      [
        { field: 'enabled', from: true, to: false },
        { field: 'disabledReason', to: 'It said 410 Gone' },
      ],
    ],
    [{ type: 'Deleted', data: {} }, []],
  ])('is told by the names of the API: %j', (event, changes) => {
    expect(changed(event)).toEqual(changes);
    expect(JSON.stringify(changed(event))).not.toContain('sealed');
  });
});

describe('an actor of the journal', () => {
  it.each([
    ['api-key:bootstrap', { kind: 'api-key', id: 'bootstrap' }],
    ['jwt:auth0|x:y', { kind: 'user', id: 'auth0|x:y' }],
    ['development-user:me', { kind: 'user', id: 'me' }],
    ['receiver', { kind: 'receiver' }],
    ['system', { kind: 'system' }],
    ['monitoring', { kind: 'system' }],
  ])('%j is %j', (text, actor) => {
    expect(actorOf(text)).toEqual(actor);
  });
});
