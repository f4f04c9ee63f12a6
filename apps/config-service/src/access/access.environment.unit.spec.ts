import { describe, expect, it } from '@jest/globals';
import { loadEnvironment } from '@signalbox/config';
import { z } from 'zod';
import { accessEnvironment, accessFaults } from './access.environment.ts';

const load = (env: Record<string, string>) =>
  loadEnvironment(z.object({ ...accessEnvironment.shape, NODE_ENV: z.string().optional() }), env, accessFaults);
const JWT = { JWT_ISSUER: 'https://a.test/', JWT_AUDIENCE: 'b, c', JWT_JWKS_URL: 'https://a.test/jwks' };

describe('the settings of access', () => {
  it('take nobody but API keys by default, within sensible rates', () => {
    const env = load({});
    expect(env.JWT_ISSUER).toBeUndefined();
    expect(env).toMatchObject({
      DEVELOPMENT_MODE: false,
      RATE_LIMIT_PER_SECOND: 100,
      AUTH_FAILURES_PER_MINUTE: 60,
      CORS_ORIGINS: [],
      JWT_TENANT_CLAIM: 'tenant_id',
      JWT_CLOCK_SKEW_SECONDS: 30,
    });
    expect(env.JWT_ALGORITHMS.filter((name) => /^(none|HS)/i.test(name))).toEqual([]);
  });

  it('take the tokens of an issuer by three variables', () => {
    expect(load(JWT)).toMatchObject({ JWT_ISSUER: 'https://a.test/', JWT_AUDIENCE: ['b', 'c'] });
    const onThisMachine = { ...JWT, JWT_JWKS_URL: 'http://127.0.0.1:3001/oidc/jwks' };
    expect(load(onThisMachine)).toMatchObject({ JWT_JWKS_URL: 'http://127.0.0.1:3001/oidc/jwks' });
  });

  it.each([
    [{ ...JWT, JWT_ALGORITHMS: 'none' }, /JWT_ALGORITHMS: names an algorithm that is not taken/],
    [{ ...JWT, JWT_ALGORITHMS: 'RS256,HS256' }, /JWT_ALGORITHMS: names an algorithm that is not taken/],
    [{ ...JWT, JWT_JWKS_URL: 'http://issuer.test/jwks' }, /JWT_JWKS_URL: is not https/],
    [{ ...JWT, JWT_JWKS_URL: 'jwks' }, /JWT_JWKS_URL: is not an http or https URL/],
    [{ ...JWT, JWT_CLOCK_SKEW_SECONDS: '3600' }, /JWT_CLOCK_SKEW_SECONDS: is not within 0 and 300/],
    [{ JWT_ISSUER: 'https://a.test/' }, /JWT_AUDIENCE: is missing while JWT_ISSUER is set[^]*JWT_JWKS_URL: is missing/],
    [{ JWT_AUDIENCE: 'b' }, /JWT_ISSUER: is missing while JWT_AUDIENCE is set/],
    [{ CONSOLE_OIDC_CLIENT_ID: 'x' }, /CONSOLE_OIDC_ISSUER: is missing while CONSOLE_OIDC_CLIENT_ID is set/],
    [{ TRUST_PROXY: '10.0.0.1,proxy' }, /TRUST_PROXY: "proxy" is no IP address and no CIDR/],
    [{ CORS_ORIGINS: 'https://a.test/,b' }, /CORS_ORIGINS: holds what is no origin/],
    [{ CORS_ORIGINS: '*' }, /CORS_ORIGINS: holds what is no origin/],
    [{ DEVELOPMENT_MODE: 'yes' }, /DEVELOPMENT_MODE: is neither true nor false/],
    [{ DEVELOPMENT_MODE: 'true', NODE_ENV: 'production' }, /DEVELOPMENT_MODE: is true while NODE_ENV is production/],
  ])('refuse %j', (env, fault) => {
    expect(() => load(env as Record<string, string>)).toThrow(fault);
  });

  it('have a development mode outside production', () => {
    expect(load({ DEVELOPMENT_MODE: 'true', NODE_ENV: 'development' }).DEVELOPMENT_MODE).toBe(true);
    expect(load({ DEVELOPMENT_MODE: 'false', NODE_ENV: 'production' }).DEVELOPMENT_MODE).toBe(false);
  });
});
