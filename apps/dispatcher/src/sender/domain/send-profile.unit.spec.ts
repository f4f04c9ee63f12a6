import { createHmac, createSecretKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { deliveryIdOf, logtoSignature } from '@signalbox/domain';
import { attemptHeaders, profileHeaders } from './send-profile.ts';

it('tells the names of the headers of a webhook that are sent, and none of those that are ours', () => {
  expect(profileHeaders([])).toEqual({
    headers: ['content-type', 'application/json', 'user-agent', 'Signalbox-Webhooks'],
  });
  const custom = ['X-Tenant', 'Host', 'User-Agent', 'webhook-id'].map((name) => ({ name, value: `secret of ${name}` }));
  expect(profileHeaders(custom)).toEqual({
    headers: [
      'content-type',
      'application/json',
      'X-Tenant',
      'secret of X-Tenant',
      'User-Agent',
      'secret of User-Agent',
    ],
    headerNames: 'X-Tenant, User-Agent',
  });
});

describe('the signatures of an attempt', () => {
  const body = Buffer.from('{}');
  const deliveryId = deliveryIdOf('w', 'e');
  const keyOf = (text: string) => createSecretKey(Buffer.from(text));
  const [newest, replaced, older] = [keyOf('newest'), keyOf('replaced'), keyOf('older')];
  const profile = {
    ...profileHeaders([]),
    keys: [
      { key: newest, honouredUntilMs: null },
      { key: replaced, honouredUntilMs: 10_000 },
      { key: older, honouredUntilMs: 9_000 },
    ],
  } as unknown as Parameters<typeof attemptHeaders>[0];
  const headerAt = (nowMs: number, name: string): string | undefined => {
    const headers = attemptHeaders(profile, { deliveryId }, body, nowMs);
    return headers[headers.indexOf(name) + 1];
  };
  const signatureBy = (key: typeof newest, nowMs: number): string => {
    const signed = `${deliveryId}.${Math.floor(nowMs / 1_000)}.{}`;
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  };

  it.each([
    [8_999, [newest, replaced, older]],
    [9_000, [newest, replaced]],
    [9_999, [newest, replaced]],
    [10_000, [newest]],
    [10_001, [newest]],
  ])('at %i ms are those of the keys that are honoured for longer, the newest first', (nowMs, keys) => {
    expect(headerAt(nowMs, 'webhook-signature')).toBe(keys.map((key) => signatureBy(key, nowMs)).join(' '));
  });

  it.each([9_999, 10_001])('at %i ms are, for receivers that know one key, of the newest alone', (nowMs) => {
    expect(headerAt(nowMs, 'logto-signature-sha-256')).toBe(logtoSignature(newest, body));
  });
});
