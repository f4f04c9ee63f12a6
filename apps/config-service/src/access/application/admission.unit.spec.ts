import { describe, expect, it } from '@jest/globals';
import type { Authentication } from '../authenticator.port.ts';
import { SCOPES } from '../domain/principal.ts';
import type { Principal } from '../domain/principal.ts';
import { TrustedProxies } from './trusted-proxies.ts';
import { Admission } from './admission.ts';
import type { AdmissionOptions } from './admission.ts';
import { KeyedLimiter } from './keyed-limiter.ts';

const alice: Principal = { tenantId: 'acme', actor: 'api-key:alice', scopes: ['webhooks:read'] };
const bob: Principal = { ...alice, actor: 'api-key:bob' };
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';

/** Knows `alice` and `bob` as keys, and how often anything was looked up. */
function admissionOf(options: Partial<AdmissionOptions> = {}) {
  const clock = { nowMs: 1_000_000 };
  const looked: string[] = [];
  const known: Record<string, Principal> = { alice, bob };
  const admission = new Admission({
    apiKeys: {
      async verify(token) {
        looked.push(token);
        return known[token];
      },
    },
    calls: new KeyedLimiter(undefined),
    failures: new KeyedLimiter(undefined),
    trustedProxies: new TrustedProxies([]),
    isDevelopment: false,
    now: () => clock.nowMs,
    ...options,
  });
  const ask = async (token: string | undefined, address = '1.2.3.4'): Promise<Authentication> =>
    admission.authenticate({
      authorization: token === undefined ? undefined : `Bearer ${token}`,
      developmentUserId: 'dev',
      origin: { peer: address },
    });
  return { admission, ask, clock, looked, known };
}

describe('admission', () => {
  it('lets a known credential in and nobody else', async () => {
    const { ask } = admissionOf();
    expect(await ask('alice')).toEqual({ kind: 'admitted', principal: alice });
    expect(await ask('mallory')).toEqual({ kind: 'refused' });
    expect(await ask(undefined)).toEqual({ kind: 'refused' });
  });

  it('takes a JWT for a JWT only where one is expected', async () => {
    const withJwts = admissionOf({ jwts: { verify: async () => bob } });
    expect(await withJwts.ask(JWT)).toEqual({ kind: 'admitted', principal: bob });
    expect(withJwts.looked).toEqual([]);
    const without = admissionOf();
    expect(await without.ask(JWT)).toEqual({ kind: 'refused' });
  });

  it('passes on that a credential could not be looked up, and counts it as no failure', async () => {
    const away = { verify: async () => Promise.reject(new Error('away')) };
    const { ask } = admissionOf({ apiKeys: away, failures: new KeyedLimiter({ burst: 1, intervalMs: 1_000 }) });
    for (let call = 0; call < 3; call++) await expect(ask('alice')).rejects.toThrow('away');
  });

  it('takes development-user-id in development mode only, and beside no other credential', async () => {
    expect(await admissionOf({ isDevelopment: true }).ask(undefined)).toEqual({
      kind: 'admitted',
      principal: { tenantId: 'default', actor: 'development-user:dev', scopes: SCOPES },
    });
    const { admission, ask } = admissionOf({ isDevelopment: true });
    expect(await ask('mallory')).toEqual({ kind: 'refused' });
    for (const developmentUserId of ['', 'a\u0000b', 'x'.repeat(256), undefined]) {
      const presented = { authorization: undefined, developmentUserId, origin: { peer: 'a' } };
      expect(await admission.authenticate(presented)).toEqual({ kind: 'refused' });
    }
  });

  it('bounds the calls of each credential by itself', async () => {
    const { ask, clock } = admissionOf({ calls: new KeyedLimiter({ burst: 3, intervalMs: 1_000 }) });
    for (let call = 0; call < 3; call++) expect((await ask('alice')).kind).toBe('admitted');
    expect(await ask('alice', 'another address')).toEqual({ kind: 'limited', what: 'calls', retryAfterMs: 1_000 });
    expect((await ask('bob')).kind).toBe('admitted');
    clock.nowMs += 1_000;
    expect((await ask('alice')).kind).toBe('admitted');
    expect((await ask('alice')).kind).toBe('limited');
  });

  it('looks at no more bad credentials of an address that had too many, and shuts out nobody who was good', async () => {
    const { ask, clock, looked, known } = admissionOf({ failures: new KeyedLimiter({ burst: 2, intervalMs: 1_000 }) });
    expect((await ask('alice')).kind).toBe('admitted');
    for (const guess of ['a', 'b']) expect((await ask(guess)).kind).toBe('refused');
    for (let again = 0; again < 3; again++) {
      expect(await ask('c')).toEqual({ kind: 'limited', what: 'failures', retryAfterMs: 1_000 });
    }
    expect(looked).toEqual(['alice', 'a', 'b', 'c']);
    expect((await ask('alice')).kind).toBe('admitted');
    expect((await ask('bob', '5.6.7.8')).kind).toBe('admitted');
    clock.nowMs += 1_000;
    expect((await ask('c')).kind).toBe('refused');

    delete known['alice'];
    expect((await ask('alice')).kind).toBe('refused');
    expect((await ask('alice')).kind).toBe('limited');
  });

  it('lets a new caller in whose address had too many failures of others, and bounds what guessing there costs', async () => {
    const { ask, clock, looked } = admissionOf({ failures: new KeyedLimiter({ burst: 2, intervalMs: 60_000 }) });
    for (const guess of ['a', 'b']) expect((await ask(guess)).kind).toBe('refused');
    expect((await ask('bob')).kind).toBe('admitted');
    for (let guess = 0; guess < 1_000; guess++) expect((await ask(`guess-${guess}`)).kind).toBe('limited');
    expect(looked.length).toBeLessThan(60);
    // Refused for the guesses alone, and not remembered for it.
    expect((await ask('alice')).kind).toBe('limited');
    clock.nowMs += 1_000;
    expect((await ask('alice')).kind).toBe('admitted');
  });

  it('says without any rate whether a credential still counts', async () => {
    const { ask, admission, known } = admissionOf({
      calls: new KeyedLimiter({ burst: 1, intervalMs: 60_000 }),
      failures: new KeyedLimiter({ burst: 1, intervalMs: 60_000 }),
    });
    const counts = async (): Promise<boolean> =>
      admission.stillCounts({
        authorization: 'Bearer alice',
        developmentUserId: undefined,
        origin: { peer: '1.2.3.4' },
      });
    for (let call = 0; call < 3; call++) expect(await counts()).toBe(true);
    expect((await ask('alice')).kind).toBe('admitted');
    delete known['alice'];
    // Its address has had too many failures, and the key is still found out.
    for (const guess of ['alice', 'a', 'b']) await ask(guess);
    for (let call = 0; call < 3; call++) expect(await counts()).toBe(false);
  });

  it('remembers a bounded number of callers', () => {
    const limiter = new KeyedLimiter({ burst: 1, intervalMs: 1_000 }, 2);
    expect(limiter.take('first', 0).kind).toBe('taken');
    expect(limiter.take('first', 0).kind).toBe('exceeded');
    for (const key of ['second', 'third']) limiter.take(key, 0);
    expect(limiter.take('first', 0).kind).toBe('taken');
  });
});
