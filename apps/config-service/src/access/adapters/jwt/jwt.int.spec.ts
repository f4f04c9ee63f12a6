import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { SignJWT, UnsecuredJWT, exportSPKI, importJWK } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';
import { RpcCaller } from '../../../testing/rpc-caller.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import { TokenIssuer } from '../../../testing/token-issuer.ts';
import type { Claims, IssuedKey } from '../../../testing/token-issuer.ts';

const GET = '/signalbox.config.v1.Webhooks/GetWebhook';

const WRONG_CLAIMS: Readonly<Record<string, Claims>> = {
  'of another issuer': { iss: 'https://elsewhere.test' },
  'for another audience': { aud: 'https://elsewhere.test' },
  'for no audience': { aud: undefined },
  'that never expires': { exp: undefined },
  'of nobody': { sub: undefined },
  'of no tenant': { tenant_id: undefined },
  'of a tenant that is no text': { tenant_id: ['acme'] },
  'of a tenant that no database can hold': { tenant_id: 'a\u0000b' },
  'of a subject that no database can hold': { sub: '\ud800' },
};

const issuer = new TokenIssuer();
let key: IssuedKey;
let service: RunningConfigService;
beforeAll(async () => {
  await issuer.listen();
  key = await issuer.newKey('first');
  issuer.published = [key.jwk];
  service = await RunningConfigService.start({ env: issuer.environment });
});
afterAll(async () => {
  await service?.stop();
  await issuer.leave();
});

const me = async (token: string) => service.call('GET', '/api/me', { key: token });
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

describe('a JWT', () => {
  it('stands for its subject in its tenant, with the scopes that are ours', async () => {
    const answer = await me(
      await issuer.token(key, { scope: 'openid webhooks:read ops:read webhooks:read everything' }),
    );
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({ tenantId: 'acme', actor: 'jwt:user-1', scopes: ['webhooks:read', 'ops:read'] });
    const listed = await me(
      await issuer.token(key, { scope: ['webhooks:write', 7, 'x'], aud: ['other', issuer.audience] }),
    );
    expect(listed.body).toMatchObject({ scopes: ['webhooks:write'] });
    expect((await me(await issuer.token(key, { scope: undefined }))).body).toMatchObject({ scopes: [] });
  });

  it('opens what its scopes and its tenant allow, over REST and gRPC', async () => {
    const writer = await issuer.token(key, { scope: 'webhooks:write webhooks:read' });
    const reader = await issuer.token(key);
    const stranger = await issuer.token(key, { tenant_id: 'other' });
    const { id } = await service.makeWebhook({}, writer);
    const rpc = new RpcCaller(service.grpcUrl);
    const get = async (token: string): Promise<string> =>
      (await rpc.call(GET, { id }, { authorization: `Bearer ${token}` })).status;
    expect((await service.call('GET', `/api/hooks/${id}`, { key: reader })).status).toBe(200);
    expect(await get(reader)).toBe('OK');
    expect((await service.call('DELETE', `/api/hooks/${id}`, { key: reader })).status).toBe(403);
    expect((await service.call('GET', `/api/hooks/${id}`, { key: stranger })).status).toBe(404);
    expect(await get(stranger)).toBe('NOT_FOUND');
    expect(await get(await issuer.token(key, { aud: 'other' }))).toBe('UNAUTHENTICATED');
  });

  it('is still good within the clock skew, and no longer', async () => {
    expect((await me(await issuer.token(key, { exp: nowSeconds() - 20 }))).status).toBe(200);
    expect((await me(await issuer.token(key, { exp: nowSeconds() - 40 }))).status).toBe(401);
    expect((await me(await issuer.token(key, { nbf: nowSeconds() + 20 }))).status).toBe(200);
    expect((await me(await issuer.token(key, { nbf: nowSeconds() + 40 }))).status).toBe(401);
  });

  it.each(Object.keys(WRONG_CLAIMS))('%s is refused', async (what) => {
    const answer = await me(await issuer.token(key, WRONG_CLAIMS[what]));
    expect(answer).toMatchObject({ status: 401, body: { code: 'auth.unauthorized' } });
  });

  it('whose signature is not the issuer’s is refused, whatever it says of itself', async () => {
    const other = await issuer.newKey(key.kid);
    const rsa = await issuer.newKey('rsa', 'RS512');
    const good = await issuer.token(key);
    const [head = '', payload = '', signature = ''] = good.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload;
    const altered = Buffer.from(JSON.stringify({ ...claims, tenant_id: 'other' })).toString('base64url');
    const publicKey = (await importJWK(key.jwk, 'ES256', { extractable: true })) as CryptoKey;
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    const signedBy = async (header: Record<string, unknown>): Promise<string> =>
      new SignJWT(claims).setProtectedHeader({ alg: 'ES256', ...header }).sign(other.privateKey);
    const forged: Record<string, string> = {
      'another key under the same id': await issuer.token(other),
      'altered claims': `${head}.${altered}.${signature}`,
      'no signature': `${head}.${payload}.`,
      'algorithm none': new UnsecuredJWT(claims).encode(),
      'the public key as an HMAC secret': await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', kid: key.kid })
        .sign(secret),
      'its own key in its head': await signedBy({ jwk: other.jwk }),
      'its own key at a URL': await signedBy({ jku: 'http://127.0.0.1:1/', kid: 'own' }),
      'an algorithm that is not taken': await issuer.token(rsa),
      'a critical extension': await signedBy({ kid: key.kid, crit: ['exp'] }).catch(() => `${good}x`),
    };
    for (const [what, token] of Object.entries(forged)) {
      expect([what, (await me(token)).status]).toEqual([what, 401]);
    }
    expect((await me(good)).status).toBe(200);
  });

  it('of a key that is not known is refused, and makes nobody wait', async () => {
    await issuer.leave();
    try {
      const unknown = await issuer.newKey('unknown');
      expect((await me(await issuer.token(key))).status).toBe(200);
      for (let call = 0; call < 5; call++) expect((await me(await issuer.token(unknown))).status).toBe(401);
      expect((await me(await issuer.token(key))).status).toBe(200);
    } finally {
      await issuer.listen();
    }
  });

  it('of a new key is taken after the issuer has published it, and of a kept one all the while', async () => {
    const second = await issuer.newKey('second', 'RS256');
    issuer.published = [key.jwk, second.jwk];
    const token = await issuer.token(second);
    await waitFor(
      async () => {
        expect((await me(await issuer.token(key))).status).toBe(200);
        return (await me(token)).status === 200;
      },
      { what: 'the new key to be known', timeoutMs: 20_000 },
    );
  });

  it('is neither good nor bad before any key could be fetched, and good soon after', async () => {
    await service.pause();
    await issuer.leave();
    await service.resume({ env: issuer.environment });
    const token = await issuer.token(key);
    const answer = await me(token);
    expect(answer).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
    expect((await service.call('GET', '/api/me')).status).toBe(200);
    await issuer.listen();
    await waitFor(async () => (await me(token)).status === 200, { what: 'the keys to be known', timeoutMs: 20_000 });
  });

  it('is in no log', () => {
    expect(service.logLines.join('\n')).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });
});
