import { describe, expect, it } from '@jest/globals';
import { bearerTokenOf, hashOfApiKey, prefixOfApiKey } from '../domain/api-key.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { ApiKeyVerifier } from './api-key-verifier.ts';
import type { ApiKeys } from './api-keys.port.ts';
import { bootstrapApiKey } from './bootstrap-api-key.ts';
import { KeyUsage } from './key-usage.ts';

/** API keys without a database, and how often one was looked up. */
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

  async list(tenantId: string): Promise<readonly ApiKey[]> {
    return [...this.keys.values()].filter((key) => key.tenantId === tenantId).toReversed();
  }

  async revoke(tenantId: string, id: string, nowMs: number): Promise<boolean> {
    const key = this.keys.get(id);
    if (key?.tenantId !== tenantId) return false;
    this.keys.set(id, { ...key, revokedAtMs: key.revokedAtMs ?? nowMs });
    return true;
  }

  async markUsed(lastUsedAtMs: ReadonlyMap<string, number>): Promise<void> {
    for (const [id, atMs] of lastUsedAtMs) {
      const key = this.keys.get(id);
      if (key !== undefined) this.keys.set(id, { ...key, lastUsedAtMs: atMs });
    }
  }
}

const KEY = 'a-long-enough-key-0123456789-abcdef';
const OTHER_KEY = 'another-long-enough-key-0123456789';

function verifierOf(keys: KeysInMemory): ApiKeyVerifier {
  return new ApiKeyVerifier(keys, { note: () => undefined });
}

describe('an API key', () => {
  it('stands for its tenant and scopes, and is kept as a hash', async () => {
    const keys = new KeysInMemory();
    await bootstrapApiKey(keys, KEY, 1);
    expect(await verifierOf(keys).verify(KEY, 1)).toEqual({
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
    await bootstrapApiKey(keys, OTHER_KEY, 2);
    const verifier = verifierOf(keys);
    expect(await verifier.verify(KEY, 3)).toBeUndefined();
    expect(await verifier.verify(OTHER_KEY, 3)).toBeDefined();
  });

  it('is revoked when the environment names none any more, and taken again when it does', async () => {
    const keys = new KeysInMemory();
    await bootstrapApiKey(keys, KEY, 1);
    await bootstrapApiKey(keys, undefined, 2);
    expect(await verifierOf(keys).verify(KEY, 3)).toBeUndefined();
    expect(keys.keys.get('bootstrap')?.revokedAtMs).toBe(2);
    await bootstrapApiKey(keys, KEY, 4);
    expect(await verifierOf(keys).verify(KEY, 5)).toBeDefined();
  });

  it('is looked up once in two seconds, and is worth nothing once expired or revoked', async () => {
    const keys = new KeysInMemory();
    await bootstrapApiKey(keys, KEY, 1);
    const kept = keys.keys.get('bootstrap')!;
    const verifier = verifierOf(keys);
    await keys.put({ ...kept, expiresAtMs: 11_000 });
    expect(await verifier.verify(KEY, 10_000)).toBeDefined();
    expect(await verifier.verify(KEY, 10_900)).toBeDefined();
    expect(keys.lookups).toBe(1);
    expect(await verifier.verify(KEY, 11_000)).toBeUndefined();
    await keys.put({ ...kept, revokedAtMs: 12_000 });
    expect(await verifier.verify(KEY, 13_000)).toBeUndefined();
  });

  it('is not remembered when it is unknown', async () => {
    const keys = new KeysInMemory();
    const verifier = verifierOf(keys);
    expect(await verifier.verify(KEY, 1)).toBeUndefined();
    await bootstrapApiKey(keys, KEY, 1);
    expect(await verifier.verify(KEY, 1)).toBeDefined();
  });

  it('has its last use written beside the calls, once for many, and again when it could not be written', async () => {
    const keys = new KeysInMemory();
    await bootstrapApiKey(keys, KEY, 1);
    let isAway = true;
    const writes: (readonly [string, number])[][] = [];
    const troubles: unknown[] = [];
    const usage = new KeyUsage({
      keys: {
        async markUsed(used) {
          if (isAway) throw new Error('away');
          writes.push([...used]);
        },
      },
      onTrouble: (error) => troubles.push(error),
    });
    const verifier = new ApiKeyVerifier(keys, usage);
    for (const nowMs of [1_000, 2_000, 3_000]) await verifier.verify(KEY, nowMs);
    await verifier.verify(OTHER_KEY, 4_000);
    expect(writes).toEqual([]);
    await usage.flush();
    expect(troubles).toHaveLength(1);
    isAway = false;
    await usage.stop();
    await usage.flush();
    expect(writes).toEqual([[['bootstrap', 3_000]]]);
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
