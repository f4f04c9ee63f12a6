import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errors } from 'jose';
import type { CryptoKey } from 'jose';
import { TokenIssuer } from '../../../testing/token-issuer.ts';
import type { IssuedKey } from '../../../testing/token-issuer.ts';
import { KeysUnavailable, PublishedKeys } from './published-keys.ts';

let issuer: TokenIssuer;
let first: IssuedKey;
let nowMs: number;
let troubles: unknown[];
let keys: PublishedKeys;
beforeEach(async () => {
  issuer = new TokenIssuer();
  await issuer.listen();
  first = await issuer.newKey('first');
  issuer.published = [first.jwk];
  nowMs = 1_000_000;
  troubles = [];
  keys = new PublishedKeys({
    url: issuer.jwksUrl,
    onUnavailable: (error) => troubles.push(error),
    coolDownMs: 10_000,
    maxAgeMs: 300_000,
    now: () => nowMs,
  });
});
afterEach(async () => issuer.leave());

const keyOf = async ({ kid, alg }: Pick<IssuedKey, 'kid' | 'alg'>): Promise<CryptoKey> =>
  keys.keyFor({ kid, alg }, { payload: '', signature: '' });

describe('published keys', () => {
  it('are fetched once for many tokens', async () => {
    await Promise.all(Array.from({ length: 20 }, async () => keyOf(first)));
    nowMs += 299_000;
    await keyOf(first);
    expect(issuer.asked).toBe(1);
  });

  it('are fetched again for a key id that is not known, but not before the cool-down has passed', async () => {
    await keyOf(first);
    const second = await issuer.newKey('second');
    issuer.published = [first.jwk, second.jwk];
    await expect(keyOf(second)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    nowMs += 10_000;
    await keyOf(second);
    expect(issuer.asked).toBe(2);
    for (const kid of ['a', 'b', 'c']) {
      await expect(keyOf({ kid, alg: 'ES256' })).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    }
    expect(issuer.asked).toBe(2);
  });

  it('forget a key that was withdrawn, after their age, beside the calls', async () => {
    await keyOf(first);
    const second = await issuer.newKey('second');
    issuer.published = [second.jwk];
    nowMs += 301_000;
    await keyOf(first);
    await keys.refresh();
    await expect(keyOf(first)).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
    await keyOf(second);
  });

  it('go on, however old, while they cannot be fetched', async () => {
    await keyOf(first);
    await issuer.leave();
    nowMs += 86_400_000;
    await keyOf(first);
    await keys.refresh();
    expect(troubles).toHaveLength(1);
    await keyOf(first);
    await expect(keyOf({ kid: 'unknown', alg: 'ES256' })).rejects.toBeInstanceOf(errors.JWKSNoMatchingKey);
  });

  it.each([
    ['an error', 500, '{}'],
    ['no JSON', 200, '<html>'],
    ['no key set', 200, '{"keys": 7}'],
    ['far too much', 200, `{"keys": [], "x": "${'x'.repeat(300_000)}"}`],
  ])('that answer with %s change nothing', async (_, status, body) => {
    await keyOf(first);
    issuer.answer = (_request, response) => response.writeHead(status).end(body);
    nowMs += 301_000;
    await keys.refresh();
    expect(troubles).toHaveLength(1);
    await keyOf(first);
  });

  it('that were never fetched are unavailable, not wrong, and are tried again after the cool-down', async () => {
    await issuer.leave();
    for (let call = 0; call < 3; call++) await expect(keyOf(first)).rejects.toBeInstanceOf(KeysUnavailable);
    expect(troubles).toHaveLength(1);
    await issuer.listen();
    nowMs += 10_000;
    await keyOf(first);
  });

  it('are not fetched from where a redirect leads', async () => {
    issuer.answer = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    await expect(keyOf(first)).rejects.toBeInstanceOf(KeysUnavailable);
    expect(issuer.asked).toBe(1);
  });
});
