import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JournalFold } from './journal-fold.ts';
import type { WebhookCommand } from './webhook.commands.ts';
import { decide, evolve } from './webhook.decider.ts';
import type { JournalEntry } from './webhook.events.ts';
import { WEBHOOK_EVENT_TYPES } from './webhook.events.ts';
import type { WebhookHistory } from './webhook.ts';
import { initialHistory } from './webhook.ts';

const anyHeaders = fc.option(
  fc.array(fc.record({ name: fc.constantFrom('a', 'b'), sealedValue: fc.constantFrom('s', 't') }), { maxLength: 2 }),
);
const anyPolicy = fc.constantFrom({}, { retries: 0 }, { timeoutMs: 2_000, ed25519: true });
const anyEvents = fc.array(fc.constantFrom('PostSignIn', 'User.Created', 'Role.Created'), { maxLength: 3 });
const anyEvent = fc.option(fc.constant('PostSignIn'));
const endpoint = {
  url: fc.constantFrom('https://a.example', 'https://b.example'),
  headers: anyHeaders,
  policy: anyPolicy,
  ed25519PrivateKey: fc.option(fc.constant('sealed-key')),
};

/** Any creation, also one that is refused. */
const anyCreation: fc.Arbitrary<WebhookCommand> = fc.record({
  kind: fc.constant('create' as const),
  tenantId: fc.constant('t1'),
  name: fc.constantFrom('', 'x'),
  event: anyEvent,
  events: anyEvents,
  ...endpoint,
  signingKey: fc.string(),
  enabled: fc.boolean(),
});

/** Any command for a webhook that is there; most of them change it. */
const anyChange = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        kind: fc.constant('change' as const),
        name: fc.constantFrom('x', 'y'),
        event: anyEvent,
        events: anyEvents,
        config: fc.record(endpoint),
        enabled: fc.boolean(),
      },
      { requiredKeys: ['kind'] },
    ),
  },
  fc.record({
    kind: fc.constant('rotate-signing-key' as const),
    signingKey: fc.string(),
    overlapMs: fc.integer({ min: 0, max: 100_000 }),
  }),
  fc.constant({ kind: 'disable' as const, reason: { by: 'failures' as const, message: 'failing' } }),
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' as const }) },
) as fc.Arbitrary<WebhookCommand>;

/** Commands with the time between each and the one before. */
const anySteps = fc.array(
  fc.tuple(
    fc.oneof({ weight: 1, arbitrary: anyCreation }, { weight: 5, arbitrary: anyChange }),
    fc.integer({ min: 0, max: 50_000 }),
  ),
  { maxLength: 30 },
);

interface Journal {
  readonly entries: readonly JournalEntry[];
  /** What the webhook was after each command that was accepted, with the command. */
  readonly reached: readonly (readonly [WebhookCommand, WebhookHistory])[];
}

/** Decides and evolves step by step; refused commands leave nothing. */
function journalOf(steps: readonly (readonly [WebhookCommand, number])[]): Journal {
  const entries: JournalEntry[] = [];
  const reached: (readonly [WebhookCommand, WebhookHistory])[] = [];
  let history: WebhookHistory = initialHistory;
  let atMs = 1_700_000_000_000;
  for (const [command, laterMs] of steps) {
    atMs += laterMs;
    const decision = decide(history, command, atMs);
    if (decision.kind === 'rejected') continue;
    for (const event of decision.events) {
      const entry = { webhookId: 'w1', version: entries.length + 1, event, actor: 'someone', atMs };
      entries.push(entry);
      history = evolve(history, entry);
    }
    reached.push([command, history]);
  }
  return { entries, reached };
}

function versionOf(history: WebhookHistory): number {
  if (history.kind === 'none') return 0;
  return history.kind === 'alive' ? history.webhook.version : history.version;
}

describe('the journal that any accepted commands make', () => {
  it('adds up to the webhook they made step by step, in consecutive versions, and is found sound', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { entries, reached } = journalOf(steps);
        const fold = new JournalFold('w1');
        for (const entry of entries) fold.take({ ...entry, tenantId: 't1' });
        expect(fold.faults).toEqual([]);
        expect(fold.history).toEqual(reached.at(-1)?.[1] ?? initialHistory);
        expect(versionOf(fold.history)).toBe(entries.length);
      }),
    );
  });

  it('never leads to a webhook without events, without a newest key, or with an event nobody knows', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const { entries, reached } = journalOf(steps);
        expect(entries.filter(({ event }) => !WEBHOOK_EVENT_TYPES.some((type) => type === event.type))).toEqual([]);
        for (const [, history] of reached) {
          if (history.kind !== 'alive') continue;
          const { events, event, signingKeys } = history.webhook;
          expect(events.length > 0 || event !== null).toBe(true);
          const areNewest = signingKeys.map(({ honouredUntilMs }) => honouredUntilMs === null);
          expect(areNewest).toEqual(signingKeys.map((_, index) => index === 0));
        }
      }),
    );
  });

  it('gets no entry of a change that is asked for again', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const [command, history] of journalOf(steps).reached) {
          if (command.kind !== 'change' && command.kind !== 'disable') continue;
          expect(decide(history, command, 1_800_000_000_000)).toEqual({ kind: 'decided', events: [] });
        }
      }),
    );
  });
});

describe('evolve', () => {
  it('takes any entry in any state, and none but a creation changes what is not there', () => {
    fc.assert(
      fc.property(anySteps, anySteps, (some, others) => {
        const states = [initialHistory, ...journalOf(some).reached.map(([, history]) => history)];
        for (const entry of journalOf(others).entries) {
          for (const state of states) {
            const after = evolve(state, entry);
            if (state.kind === 'alive' || entry.event.type === 'Created') expect(versionOf(after)).toBe(entry.version);
            else expect(after).toBe(state);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
