import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WebhookCommand } from './webhook.commands.ts';
import { MAX_REPLACED_KEYS, decide, evolve } from './webhook.decider.ts';
import type { JournalEntry, WebhookEvent } from './webhook.events.ts';
import { WEBHOOK_EVENT_TYPES } from './webhook.events.ts';
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
    const history = historyAfter(creation, rotate('sealed-2', 1_000), rotate('sealed-3', 0));
    expect(history).toMatchObject({
      webhook: {
        signingKeys: [
          { sealed: 'sealed-3', honouredUntilMs: null },
          { sealed: 'sealed-1', honouredUntilMs: NOW + 1_000 },
        ],
      },
    });
    const many = Array.from({ length: 20 }, (_, index) => rotate(`sealed-${index}`, 60_000));
    const after = historyAfter(creation, ...many);
    expect(after.kind === 'alive' && after.webhook.signingKeys).toHaveLength(1 + MAX_REPLACED_KEYS);
  });
});

describe('the journal of a webhook', () => {
  const headers = fc.option(
    fc.array(fc.record({ name: fc.constantFrom('a', 'b'), sealedValue: fc.constantFrom('s', 't') }), { maxLength: 2 }),
  );
  const policy = fc.constantFrom({}, { retries: 0 }, { timeoutMs: 2_000, ed25519: true });
  const events = fc.array(fc.constantFrom('PostSignIn', 'User.Created', 'Role.Created'), { maxLength: 3 });
  const change = fc.record(
    {
      kind: fc.constant('change' as const),
      name: fc.constantFrom('x', 'y'),
      event: fc.option(fc.constant('PostSignIn')),
      events,
      config: fc.record({
        url: fc.constantFrom('https://a.example', 'https://b.example'),
        headers,
        policy,
        ed25519PrivateKey: fc.option(fc.constant('sealed-key')),
      }),
      enabled: fc.boolean(),
    },
    { requiredKeys: ['kind'] },
  );
  const command: fc.Arbitrary<WebhookCommand> = fc.oneof(
    { weight: 6, arbitrary: change },
    fc.record({
      kind: fc.constant('rotate-signing-key' as const),
      signingKey: fc.string(),
      overlapMs: fc.integer({ min: 0, max: 100_000 }),
    }),
    fc.constant({ kind: 'disable' as const, reason: { by: 'failures' as const, message: 'failing' } }),
    { weight: 1, arbitrary: fc.constant({ kind: 'delete' as const }) },
  ) as fc.Arbitrary<WebhookCommand>;

  it('adds up to the webhook, whatever is done to it, and doing the same again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(command, fc.integer({ min: 0, max: 50_000 })), { maxLength: 30 }), (steps) => {
        let history = historyAfter(creation);
        const journal: JournalEntry[] = entriesOf([eventOfCreation()], 1, NOW);
        let atMs = NOW;
        for (const [next, laterMs] of steps) {
          atMs += laterMs;
          const decision = decide(history, next, atMs);
          if (decision.kind === 'rejected') continue;
          const entries = entriesOf(decision.events, journal.length + 1, atMs);
          journal.push(...entries);
          history = entries.reduce(evolve, history);
          if (next.kind === 'change' || next.kind === 'disable') {
            expect(decide(history, next, atMs)).toEqual({ kind: 'decided', events: [] });
          }
        }
        const folded = journal.reduce(evolve, initialHistory);
        expect(folded).toEqual(history);
        if (folded.kind === 'alive') {
          const { webhook } = folded;
          expect(webhook.version).toBe(journal.length);
          expect(webhook.signingKeys.map(({ honouredUntilMs }) => honouredUntilMs === null)).toEqual(
            webhook.signingKeys.map((_, index) => index === 0),
          );
          expect(webhook.events.length > 0 || webhook.event !== null).toBe(true);
        }
        expect(journal.every(({ event }) => WEBHOOK_EVENT_TYPES.some((type) => type === event.type))).toBe(true);
      }),
    );
  });
});

function eventOfCreation(): WebhookEvent {
  const decision = decide(initialHistory, creation, NOW);
  const [event] = decision.kind === 'decided' ? decision.events : [];
  if (event === undefined) throw new Error('a creation makes an event');
  return event;
}
