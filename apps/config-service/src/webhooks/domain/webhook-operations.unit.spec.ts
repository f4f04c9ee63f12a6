import { describe, expect, it } from '@jest/globals';
import { operationsOf } from './webhook-operations.ts';
import type { JournalEntry, WebhookEvent } from './webhook.events.ts';

const entries = (...events: readonly WebhookEvent[]): readonly JournalEntry[] =>
  events.map((event, index) => ({ webhookId: 'w1', version: index + 2, event, actor: 'api-key:a', atMs: 5 }));

const about = { webhookId: 'w1', tenantId: 't1', actor: 'api-key:a', atMs: 5 };

describe('what operators are told of a change', () => {
  it('is who disabled a webhook and why', () => {
    const message = 'it answered 410 Gone';
    const told = operationsOf(
      't1',
      entries(
        { type: 'Disabled', data: { reason: { by: 'receiver', message } } },
        { type: 'Disabled', data: { reason: null } },
      ),
    );
    expect(told).toEqual([
      { kind: 'webhook-disabled', ...about, webhookVersion: 2, by: 'receiver', reason: message },
      { kind: 'webhook-disabled', ...about, webhookVersion: 3, by: 'owner', reason: 'disabled by its owner' },
    ]);
  });

  it('is until when a replaced key still signs, and never a key', () => {
    const data = { signingKey: 'sealed', replacedHonouredUntilMs: 9 };
    const told = operationsOf('t1', entries({ type: 'SigningKeyRotated', data }));
    expect(told).toEqual([{ kind: 'keys-rotated', ...about, webhookVersion: 2, replacedHonouredUntilMs: 9 }]);
  });

  it('is nothing for what concerns its owner alone', () => {
    const events: WebhookEvent[] = [
      { type: 'Renamed', data: { name: 'x' } },
      { type: 'Enabled', data: {} },
      { type: 'Deleted', data: {} },
    ];
    expect(operationsOf('t1', entries(...events))).toEqual([]);
  });
});
