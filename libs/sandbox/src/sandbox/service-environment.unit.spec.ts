import { describe, expect, it } from '@jest/globals';
import { PRODUCTION_LAYOUT, topicNames } from '@signalbox/contracts';
import { ownEnvironment, serviceEnvironment, type SandboxFacts } from './service-environment.ts';

const facts: SandboxFacts = {
  kafkaBrokers: '127.0.0.1:9',
  databaseUrl: 'postgres://u:p@127.0.0.1/d',
  secrets: { apiKey: 'api', keyring: 'ring', identityKey: 'identity' },
  prefix: 'x.',
  topics: topicNames({ prefix: 'x.', authEvents: ['a', 'b'] }),
  layout: PRODUCTION_LAYOUT,
  consoleDir: '/console',
  monitoring: { httpPort: 3, grpcPort: 4 },
  dispatcher: { grpcPort: 6 },
  config: { grpcPort: 7 },
};
const ports = { ops: 1, http: 2, grpc: 5 };

describe('the environment of a service', () => {
  it('tells a dispatcher its role and the keyring, but no way to Postgres and no API key', () => {
    const env = serviceEnvironment('dispatcher-sender', { ops: 1 }, facts, {});
    expect(env).toMatchObject({ DISPATCHER_ROLES: 'sender', SECRETS_KEYRING: 'ring', OPS_PORT: '1' });
    expect(env).toMatchObject({ CONFIG_GRPC_URL: '127.0.0.1:7' });
    expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['DATABASE_URL']));
    expect(Object.values(env)).not.toContain('api');
  });

  it('tells config-service where monitoring will be', () => {
    expect(serviceEnvironment('config-service', ports, facts, {})).toMatchObject({
      HTTP_PORT: '2',
      GRPC_PORT: '5',
      MONITORING_URL: 'http://127.0.0.1:3',
      MONITORING_GRPC_URL: '127.0.0.1:4',
      DISPATCHER_GRPC_URL: '127.0.0.1:6',
      BOOTSTRAP_API_KEY: 'api',
    });
  });

  it('gives the keyring to nobody who seals and sends nothing', () => {
    expect(serviceEnvironment('monitoring', ports, facts, {})).not.toHaveProperty('SECRETS_KEYRING');
  });

  it('gives no secret to a service that does not need it, also where all of them are set in the shell', () => {
    const shell = {
      BOOTSTRAP_API_KEY: 'api',
      SECRETS_KEYRING: 'ring',
      INTERNAL_IDENTITY_KEY_FILE: '/f',
      EGRESS_PROXY_URL_FILE: '/p',
    };
    const known = (env: Readonly<Record<string, string>>) =>
      Object.keys(env)
        .filter((name) => /API_KEY|KEYRING|IDENTITY_KEY|DATABASE|PROXY/.test(name))
        .toSorted();
    const dispatcher = known(serviceEnvironment('dispatcher-router', { ops: 1 }, facts, shell));
    expect(dispatcher).toEqual(['EGRESS_PROXY_URL_FILE', 'INTERNAL_IDENTITY_KEY', 'SECRETS_KEYRING']);
    const monitoring = known(serviceEnvironment('monitoring', ports, facts, shell));
    expect(monitoring).toEqual(['DATABASE_URL', 'INTERNAL_IDENTITY_KEY']);
    expect(known(ownEnvironment(shell))).toEqual([]);
  });

  it('lets the operator change what is a default here, and not what the sandbox decides', () => {
    const env = serviceEnvironment('dispatcher', { ops: 1 }, facts, { EGRESS_ALLOW: '', KAFKA_BROKERS: 'other:1' });
    expect(env).toMatchObject({ EGRESS_ALLOW: '', KAFKA_BROKERS: '127.0.0.1:9', AUTH_EVENT_TOPICS: 'a,b' });
  });
});
