import { describe, expect, it } from '@jest/globals';
import type { WebhookCommand } from './webhook.commands.ts';
import { MAX_REPLACED_KEYS, decide, evolve } from './webhook.decider.ts';
import type { JournalEntry, WebhookEvent } from './webhook.events.ts';
import { initialHistory } from './webhook.ts';
import type { WebhookHistory } from './webhook.ts';

const NOW = 1_700_000_000_000;

const creation: WebhookCommand = {
  kind: 'create',
  tenantId: 't1',
  name: 'first',
  event: null,
  events: ['PostSignIn'],
  url: 'https://example.com/a',
  headers: null,
  policy: {},
  signingKey: 'sealed-1',
  ed25519PrivateKey: null,
  enabled: true,
};

function entriesOf(events: readonly WebhookEvent[], fromVersion: number, atMs: number): JournalEntry[] {
  return events.map((event, index) => ({
    webhookId: 'w1',
    version: fromVersion + index,
    event,
    actor: 'someone',
    atMs,
  }));
}

/** A history made by commands that must all be accepted. */
function historyAfter(...commands: readonly WebhookCommand[]): WebhookHistory {
  let history = initialHistory;
  let version = 0;
  for (const command of commands) {
    const decision = decide(history, command, NOW);
    if (decision.kind === 'rejected') throw new Error(`rejected: ${decision.rejection.kind}`);
    const entries = entriesOf(decision.events, version + 1, NOW);
    version += entries.length;
    history = entries.reduce(evolve, history);
  }
  return history;
}

const given = (...commands: readonly WebhookCommand[]) => ({
  when: (command: WebhookCommand) => {
    const decision = decide(historyAfter(...commands), command, NOW);
    return {
      then: (...types: WebhookEvent['type'][]) =>
        expect(decision).toMatchObject({ kind: 'decided', events: types.map((type) => ({ type })) }),
      thenEvents: (...events: WebhookEvent[]) => expect(decision).toEqual({ kind: 'decided', events }),
      thenRejected: (kind: string) => expect(decision).toEqual({ kind: 'rejected', rejection: { kind } }),
    };
  },
});

describe('a webhook', () => {
  it('is created once, with its events made unique', () => {
    given()
      .when({ ...creation, events: ['PostSignIn', 'User.Created', 'PostSignIn'] })
      .then('Created');
    expect(historyAfter({ ...creation, events: ['A', 'B', 'A'] })).toMatchObject({
      kind: 'alive',
      webhook: { events: ['A', 'B'], version: 1, createdAtMs: NOW, disabledReason: null },
    });
    given(creation).when(creation).thenRejected('already-exists');
  });

  it('needs an event to be sent: one in its list, or the legacy one', () => {
    given()
      .when({ ...creation, events: [] })
      .thenRejected('missing-events');
    given()
      .when({ ...creation, events: [], event: 'PostSignIn' })
      .then('Created');
    given({ ...creation, events: [], event: 'PostSignIn' })
      .when({ kind: 'change', event: null })
      .thenRejected('missing-events');
  });

  it('tells what changed, and only that', () => {
    const config = { url: 'https://example.com/a', headers: null, policy: {}, ed25519PrivateKey: null };
    given(creation)
      .when({ kind: 'change', name: 'second' })
      .thenEvents({ type: 'Renamed', data: { name: 'second' } });
    given(creation).when({ kind: 'change', name: 'first', config, enabled: true }).thenEvents();
    given(creation)
      .when({ kind: 'change', config: { ...config, url: 'https://example.com/b' } })
      .then('EndpointChanged');
    given(creation)
      .when({ kind: 'change', config: { ...config, headers: [{ name: 'x', sealedValue: 's' }] } })
      .then('HeadersChanged');
    given(creation)
      .when({ kind: 'change', config: { ...config, policy: { retries: 1 } } })
      .then('DeliveryPolicyChanged');
    given(creation)
      .when({ kind: 'change', name: 'n', events: ['User.Created'], enabled: false })
      .then('Renamed', 'EventsChanged', 'Disabled');
  });

  it('refuses a change of nothing, and any change of what is not there', () => {
    given(creation).when({ kind: 'change' }).thenRejected('nothing-to-change');
    given().when({ kind: 'change', name: 'x' }).thenRejected('not-found');
    given(creation, { kind: 'delete' }).when({ kind: 'delete' }).thenRejected('not-found');
    given(creation, { kind: 'delete' }).when(creation).thenRejected('already-exists');
  });

  it('is disabled once, and enabling it forgets the reason', () => {
    const disable = { kind: 'disable', reason: { by: 'receiver', message: 'gone' } } as const;
    given(creation).when(disable).then('Disabled');
    given(creation, disable).when(disable).thenEvents();
    expect(historyAfter(creation, disable, { kind: 'change', enabled: true })).toMatchObject({
      webhook: { enabled: true, disabledReason: null, version: 3 },
    });
  });

  it('keeps a replaced signing key until its overlap ends', () => {
    const rotate = (signingKey: string, overlapMs: number): WebhookCommand => ({
      kind: 'rotate-signing-key',
      signingKey,
      overlapMs,
    });
    const history = historyAfter(creation, rotate('sealed-2', 1_000), rotate('sealed-3', 2_000));
    expect(history).toMatchObject({
      webhook: {
        signingKeys: [
          { sealed: 'sealed-3', honouredUntilMs: null },
          { sealed: 'sealed-2', honouredUntilMs: NOW + 2_000 },
          { sealed: 'sealed-1', honouredUntilMs: NOW + 1_000 },
        ],
      },
    });
    // An overlap that is shorter than the one before takes back nothing that was promised; none at all does.
    expect(historyAfter(creation, rotate('sealed-2', 60_000), rotate('sealed-3', 1_000))).toMatchObject({
      webhook: { signingKeys: [{}, { honouredUntilMs: NOW + 1_000 }, { honouredUntilMs: NOW + 60_000 }] },
    });
    expect(historyAfter(creation, rotate('sealed-2', 60_000), rotate('sealed-3', 0))).toMatchObject({
      webhook: { signingKeys: [{ sealed: 'sealed-3', honouredUntilMs: null }] },
    });
    const many = Array.from({ length: 20 }, (_, index) => rotate(`sealed-${index}`, 60_000));
    const after = historyAfter(creation, ...many);
    expect(after.kind === 'alive' && after.webhook.signingKeys).toHaveLength(1 + MAX_REPLACED_KEYS);
  });
});
