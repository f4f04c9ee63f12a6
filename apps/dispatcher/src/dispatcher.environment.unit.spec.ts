import { describe, expect, it } from '@jest/globals';
import { loadDispatcherEnvironment, transportOptionsOf } from './dispatcher.environment.ts';

const KEYRING = `k1=${Buffer.alloc(32, 1).toString('base64')}`;
const IDENTITY_KEY = Buffer.alloc(32, 2).toString('base64');
const load = (env: Record<string, string>): ReturnType<typeof loadDispatcherEnvironment> =>
  loadDispatcherEnvironment({
    KAFKA_BROKERS: '127.0.0.1:9092',
    SECRETS_KEYRING: KEYRING,
    INTERNAL_IDENTITY_KEY: IDENTITY_KEY,
    CONFIG_GRPC_URL: '127.0.0.1:1',
    ...env,
  });

describe('dispatcher environment', () => {
  it('has every role, closed egress and the contract’s limits by default', () => {
    const env = load({});
    expect(env.roles).toEqual(['router', 'sender', 'scheduler']);
    expect(env.urlRules).toEqual({
      allowList: [],
      ports: [
        { from: 443, to: 443 },
        { from: 8443, to: 8443 },
      ],
    });
    expect(env.MAX_EVENT_BYTES).toBe(262_144);
  });

  it('goes out directly, or through a proxy that it is given', () => {
    expect(transportOptionsOf(load({}))).toEqual({ allowList: [] });
    const env = load({ EGRESS_PROXY_URL: 'http://signalbox:p%40ss@proxy.example.test:3128' });
    expect(transportOptionsOf(env).proxy).toEqual({
      hostname: 'proxy.example.test',
      port: 3_128,
      authorization: `Basic ${Buffer.from('signalbox:p@ss').toString('base64')}`,
    });
  });

  it('says what is wrong with a proxy, without its password', () => {
    const wrong = () => load({ EGRESS_PROXY_URL: 'https://signalbox:c2VjcmV0@proxy.example.test/path' });
    expect(wrong).toThrow(/EGRESS_PROXY_URL[^]*does not begin with http:\/\/[^]*has more after its host and port/);
    expect(wrong).toThrow(/^(?![^]*c2VjcmV0)/);
  });

  it('names every fault at once, and no secret', () => {
    const wrong = {
      DISPATCHER_ROLES: 'router,chef',
      EGRESS_ALLOW: 'everything',
      EGRESS_PORTS: '0',
      EGRESS_CA_FILE: '/nowhere.pem',
      MAX_EVENT_BYTES: '5',
    };
    expect(() => load({ ...wrong, SECRETS_KEYRING: 'k1=c2VjcmV0LXNob3J0' })).toThrow(
      /EGRESS_ALLOW[^]*EGRESS_PORTS[^]*SECRETS_KEYRING[^]*DISPATCHER_ROLES[^]*EGRESS_CA_FILE[^]*MAX_EVENT_BYTES/,
    );
    expect(() => load({ SECRETS_KEYRING: 'k1=c2VjcmV0LXNob3J0' })).toThrow(/^(?![^]*c2VjcmV0LXNob3J0)/);
  });
});
