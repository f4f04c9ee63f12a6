import { describe, expect, it } from '@jest/globals';
import { faultOfRetryPolicy, resolveDeliveryPolicy } from './delivery-policy.ts';
import { webhookRecordOf } from './webhook-record.ts';
import type { Webhook } from './webhook.ts';

const webhook: Webhook = {
  id: 'w1',
  tenantId: 't1',
  version: 7,
  name: 'first',
  event: 'PostSignIn',
  events: [],
  url: 'https://example.com/a',
  headers: null,
  policy: {},
  signingKeys: [{ sealed: 'sealed', createdAtMs: 1, honouredUntilMs: null }],
  ed25519PrivateKey: 'sealed-private',
  enabled: true,
  disabledReason: null,
  createdAtMs: 1,
};

describe('what senders are told of a webhook', () => {
  it('has every default filled in', () => {
    expect(webhookRecordOf({ kind: 'alive', webhook }, 2, 5)).toEqual({
      deleted: false,
      id: 'w1',
      tenantId: 't1',
      epoch: 2,
      version: 7,
      name: 'first',
      subscribedTo: ['PostSignIn'],
      url: 'https://example.com/a',
      headers: [],
      enabled: true,
      signingKeys: [{ sealed: 'sealed', honouredUntilMs: null }],
      timeoutMs: 10_000,
      retryPolicy: { preset: 'logto', delaysMs: [5_000, 30_000, 120_000], maxAgeMs: 259_200_000 },
    });
  });

  it('says nothing of the legacy event beside a list, and of an ed25519 key that is not asked for', () => {
    const told = webhookRecordOf(
      { kind: 'alive', webhook: { ...webhook, events: ['User.Created'], policy: { ed25519: true } } },
      1,
      5,
    );
    expect(told).toMatchObject({ subscribedTo: ['User.Created'], ed25519PrivateKey: 'sealed-private' });
  });

  it('is a marker with a version of its own when it is deleted', () => {
    expect(webhookRecordOf({ kind: 'deleted', id: 'w1', tenantId: 't1', version: 8 }, 1, 5)).toEqual({
      deleted: true,
      id: 'w1',
      tenantId: 't1',
      epoch: 1,
      version: 8,
      deletedAtMs: 5,
    });
  });
});

describe('a delivery policy', () => {
  it('retries as often as `retries` says, unless the retry policy has delays of its own', () => {
    expect(resolveDeliveryPolicy({ retries: 0 }).retryPolicy.delaysMs).toEqual([]);
    expect(resolveDeliveryPolicy({ retries: 2 }).retryPolicy.delaysMs).toEqual([5_000, 30_000]);
    const policy = resolveDeliveryPolicy({ retries: 1, retryPolicy: { delaysMs: [1_000, 2_000], preset: 'standard' } });
    expect(policy.retryPolicy).toEqual({ preset: 'standard', delaysMs: [1_000, 2_000], maxAgeMs: 259_200_000 });
  });

  it('is refused when its delays do not fit into its age', () => {
    expect(faultOfRetryPolicy({ retryPolicy: { delaysMs: [60_000, 1_000], maxAgeMs: 60_000 } })).toBe(
      'delaysMs add up to 61000 ms, which is more than maxAgeMs (60000)',
    );
    expect(faultOfRetryPolicy({ retryPolicy: { delaysMs: [60_000], maxAgeMs: 60_000 } })).toBeUndefined();
    expect(faultOfRetryPolicy({ retryPolicy: { maxAgeMs: 60_000 } })).toContain('155000 ms');
  });
});
