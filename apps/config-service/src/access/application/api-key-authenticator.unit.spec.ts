import { describe, expect, it } from '@jest/globals';
import { bearerTokenOf, hashOfApiKey, prefixOfApiKey } from '../domain/api-key.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { ApiKeyAuthenticator } from './api-key-authenticator.ts';
import type { ApiKeys } from './api-keys.port.ts';
import { bootstrapApiKey } from './bootstrap-api-key.ts';

class KeysInMemory implements ApiKeys {
  readonly keys = new Map<string, ApiKey>();
  lookups = 0;

  async findByHash(hash: Buffer): Promise<ApiKey | undefined> {
    this.lookups++;
    return [...this.keys.values()].find((key) => key.hash.equals(hash));
  }

  async put(key: ApiKey): Promise<void> {
    this.keys.set(key.id, key);
  }
}

const KEY = 'a-long-enough-key-0123456789-abcdef';

describe('an API key', () => {
  it('stands for its tenant and scopes, and is kept as a hash', async () => {
    const keys = new KeysInMemory();
    await bootstrapApiKey(keys, KEY, 1);
    expect(await new ApiKeyAuthenticator(keys).authenticate(`Bearer ${KEY}`)).toEqual({
      tenantId: 'default',
      actor: 'api-key:bootstrap',
      scopes: ['webhooks:read', 'webhooks:write', 'deliveries:read', 'deliveries:resend', 'ops:read', 'ops:write'],
    });
    const kept = keys.keys.get('bootstrap');
    expect(kept).toMatchObject({ hash: hashOfApiKey(KEY), prefix: prefixOfApiKey(KEY) });
    expect(JSON.stringify(kept)).not.toContain(KEY.slice(0, 7));
  });

  it('is replaced when the environment names another', async () => {
    const keys = new KeysInMemory();
    await bootstrapApiKey(keys, KEY, 1);
    await bootstrapApiKey(keys, 'another-long-enough-key-0123456789', 2);
    const authenticator = new ApiKeyAuthenticator(keys);
    expect(await authenticator.authenticate(`Bearer ${KEY}`)).toBeUndefined();
    expect(await authenticator.authenticate('Bearer another-long-enough-key-0123456789')).toBeDefined();
  });

  it('is looked up once in two seconds, and is worth nothing once expired or revoked', async () => {
    const keys = new KeysInMemory();
    await bootstrapApiKey(keys, KEY, 1);
    const kept = keys.keys.get('bootstrap')!;
    let nowMs = 10_000;
    const authenticator = new ApiKeyAuthenticator(keys, () => nowMs);
    await keys.put({ ...kept, expiresAtMs: 11_000 });
    expect(await authenticator.authenticate(`Bearer ${KEY}`)).toBeDefined();
    nowMs = 10_900;
    expect(await authenticator.authenticate(`Bearer ${KEY}`)).toBeDefined();
    expect(keys.lookups).toBe(1);
    nowMs = 11_000;
    expect(await authenticator.authenticate(`Bearer ${KEY}`)).toBeUndefined();
    await keys.put({ ...kept, revokedAtMs: 12_000 });
    nowMs = 13_000;
    expect(await authenticator.authenticate(`Bearer ${KEY}`)).toBeUndefined();
  });

  it('is not remembered when it is unknown', async () => {
    const keys = new KeysInMemory();
    const authenticator = new ApiKeyAuthenticator(keys);
    expect(await authenticator.authenticate(`Bearer ${KEY}`)).toBeUndefined();
    await bootstrapApiKey(keys, KEY, 1);
    expect(await authenticator.authenticate(`Bearer ${KEY}`)).toBeDefined();
  });
});

describe('the header Authorization', () => {
  it.each([
    ['Bearer abc', 'abc'],
    ['bearer  abc', 'abc'],
    ['Basic abc', undefined],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    ['Bearer a b', undefined],
    ['Bearer ä', undefined],
    [undefined, undefined],
  ])('%j holds the token %j', (header, token) => {
    expect(bearerTokenOf(header)).toBe(token);
  });
});
