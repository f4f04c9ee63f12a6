import { describe, expect, it } from '@jest/globals';
import type { Webhook, WebhookConfig } from '../../webhooks/webhook.queries.ts';
import { changeOf, configOf, valuesOf } from './settings-values.ts';

const webhook = (config: Partial<WebhookConfig> = {}, rest: Partial<Webhook> = {}): Webhook => ({
  tenantId: 'default',
  id: 'a'.repeat(21),
  name: 'CRM',
  event: null,
  events: ['PostSignIn', 'User.Created'],
  config: { url: 'https://example.com/', ...config },
  signingKey: 'k'.repeat(32),
  enabled: true,
  createdAt: 0,
  ...rest,
});

describe('the values of the settings form', () => {
  it.each<Partial<WebhookConfig>>([
    {},
    { retries: 0, timeoutMs: 1_500 },
    { headers: { 'X-Key': 'v' }, ed25519: false, rateLimitPerSecond: 3 },
    { retryPolicy: { preset: 'standard', delaysMs: [1_000, 3_600_000], maxAgeMs: 7_200_000 } },
  ])('bring back the configuration they were made of: %j', (config) => {
    const before = webhook(config);
    expect(configOf(valuesOf(before), before.config)).toEqual(before.config);
    expect(changeOf(before, valuesOf(before))).toBeUndefined();
  });

  it('make a change of what differs, and of nothing else', () => {
    const before = webhook();
    const values = valuesOf(before);
    expect(changeOf(before, { ...values, name: ' New ' })).toEqual({ name: 'New' });
    expect(changeOf(before, { ...values, events: ['User.Created', 'PostSignIn'] })).toBeUndefined();
    expect(changeOf(before, { ...values, events: ['User.Created'] })).toEqual({ events: ['User.Created'] });
    expect(changeOf(before, { ...values, rateLimitPerSecond: 5 })).toEqual({
      config: { url: 'https://example.com/', rateLimitPerSecond: 5 },
    });
    expect(changeOf(before, { ...values, headers: [{ name: '', value: '' }] })).toBeUndefined();
  });

  it('show the event of a legacy webhook', () => {
    expect(valuesOf(webhook({}, { event: 'PostSignIn', events: [] })).events).toEqual(['PostSignIn']);
  });
});
