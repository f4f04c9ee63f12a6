import { describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { randomBytes } from 'node:crypto';
import type { Identity } from './identity.ts';
import { identityKeyFrom } from './identity-key.ts';
import { issueIdentity } from './issue-identity.ts';
import { isRefused, verifyIdentity } from './verify-identity.ts';

const newKey = () => identityKeyFrom(randomBytes(32).toString('base64'));
const caller: Identity = { tenantId: 'acme', scopes: ['deliveries:read'], actor: 'api-key:k1' };
const NOW = 1_800_000_000_000;

describe('internal identity', () => {
  it('carries tenant, scopes and actor to the service it is meant for', async () => {
    const key = newKey();
    const token = await issueIdentity(key, caller, 'monitoring');
    expect(await verifyIdentity(key, token, 'monitoring')).toEqual(caller);
  });

  it('is refused when none was sent', async () => {
    expect(await verifyIdentity(newKey(), undefined, 'monitoring')).toMatchObject({ refused: 'missing' });
  });

  it('is refused by another service', async () => {
    const key = newKey();
    const token = await issueIdentity(key, caller, 'config-service');
    expect(await verifyIdentity(key, token, 'monitoring')).toMatchObject({ refused: 'wrong-audience' });
  });

  it('expires after 30 s and the tolerance between clocks', async () => {
    const key = newKey();
    const token = await issueIdentity(key, caller, 'monitoring', NOW);
    expect(isRefused(await verifyIdentity(key, token, 'monitoring', NOW + 29_000))).toBe(false);
    expect(await verifyIdentity(key, token, 'monitoring', NOW + 36_000)).toMatchObject({ refused: 'expired' });
  });

  it('is refused when it claims a longer life than 30 s', async () => {
    const key = newKey();
    const nowS = Math.floor(NOW / 1000);
    const token = await new SignJWT({ tenant: 'acme', scopes: [] })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('signalbox')
      .setAudience('monitoring')
      .setSubject('x')
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + 86_400)
      .sign(key);
    expect(await verifyIdentity(key, token, 'monitoring', NOW + 3_600_000)).toMatchObject({ refused: 'expired' });
  });

  it('is refused when signed with another key', async () => {
    const token = await issueIdentity(newKey(), caller, 'monitoring');
    expect(await verifyIdentity(newKey(), token, 'monitoring')).toMatchObject({ refused: 'forged' });
  });

  it('is refused when its payload was changed', async () => {
    const key = newKey();
    const [head, , signature] = (await issueIdentity(key, caller, 'monitoring')).split('.');
    const nowS = Math.floor(Date.now() / 1000);
    const claims = {
      tenant: 'other',
      scopes: [],
      iss: 'signalbox',
      aud: 'monitoring',
      sub: 'x',
      iat: nowS,
      exp: nowS + 30,
    };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await verifyIdentity(key, `${head}.${payload}.${signature}`, 'monitoring')).toMatchObject({
      refused: 'forged',
    });
  });

  it('is refused with algorithm none', async () => {
    const token = new UnsecuredJWT({ tenant: 'acme', scopes: [] })
      .setIssuer('signalbox')
      .setAudience('monitoring')
      .setSubject('x')
      .setIssuedAt()
      .setExpirationTime('30s')
      .encode();
    expect(isRefused(await verifyIdentity(newKey(), token, 'monitoring'))).toBe(true);
  });

  it('is refused when it is no token at all', async () => {
    expect(await verifyIdentity(newKey(), 'hello', 'monitoring')).toMatchObject({ refused: 'malformed' });
  });

  it('is reused for 10 s for the same caller only', async () => {
    const key = newKey();
    const first = await issueIdentity(key, caller, 'monitoring', NOW);
    expect(await issueIdentity(key, caller, 'monitoring', NOW + 9_000)).toBe(first);
    expect(await issueIdentity(key, caller, 'monitoring', NOW + 11_000)).not.toBe(first);
    const other = await issueIdentity(key, { ...caller, tenantId: 'other' }, 'monitoring', NOW);
    expect(await verifyIdentity(key, other, 'monitoring', NOW)).toMatchObject({ tenantId: 'other' });
  });

  it('takes no key that is short or no base64', () => {
    expect(() => identityKeyFrom(randomBytes(31).toString('base64'))).toThrow('at least 32');
    expect(() => identityKeyFrom('correct horse battery staple correct horse battery staple')).toThrow('base64');
  });
});
