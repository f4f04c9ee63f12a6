import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { InvalidEnvironment } from './invalid-environment.ts';
import { kafkaConnectionOf, kafkaEnvironment } from './kafka.environment.ts';
import { loadEnvironment } from './load-environment.ts';
import {
  databaseEnvironment,
  egressEnvironment,
  identityEnvironment,
  keyringEnvironment,
  loggingEnvironment,
  opsEnvironment,
  topicEnvironment,
} from './shared.environment.ts';

const everything = z.object({
  ...kafkaEnvironment.shape,
  ...topicEnvironment.shape,
  ...databaseEnvironment.shape,
  ...opsEnvironment.shape,
  ...loggingEnvironment.shape,
  ...identityEnvironment.shape,
});

const sane = {
  KAFKA_BROKERS: 'a:9092, b:9092',
  DATABASE_URL: 'postgres://u:p@localhost:5432/db',
  INTERNAL_IDENTITY_KEY: Buffer.alloc(32, 7).toString('base64'),
};

function faultsOf(env: Record<string, string>): InvalidEnvironment {
  try {
    loadEnvironment(everything, env);
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error;
    throw error;
  }
  throw new Error('the environment was accepted');
}

describe('loadEnvironment', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'environment-'));
    await writeFile(join(folder, 'database'), 'postgres://u:fromfile@localhost/db\n');
    await writeFile(join(folder, 'ca.pem'), 'CA');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('fills in defaults and takes an empty variable for an unset one', () => {
    const env = loadEnvironment(everything, { ...sane, LOG_LEVEL: '', OPS_PORT: '0' });
    expect(env).toMatchObject({
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
      KAFKA_TLS: false,
      TOPIC_PREFIX: 'signalbox.',
      AUTH_EVENT_TOPICS: ['auth-events'],
      TOPIC_PARTITIONS: 24,
      OPS_HOST: '127.0.0.1',
      OPS_PORT: 0,
      LOG_LEVEL: 'info',
    });
    expect(env.INTERNAL_IDENTITY_KEY).toHaveLength(32);
  });

  it('names every fault at once: the variable, why, and what would be right', () => {
    const error = faultsOf({
      DATABASE_URL: 'mysql://x',
      OPS_PORT: '70000',
      LOG_LEVEL: 'loud',
      TOPIC_PARTITIONS: 'many',
      INTERNAL_IDENTITY_KEY: 'c2hvcnQ=',
    });
    expect(error.faults.map((fault) => fault.variable).toSorted()).toEqual([
      'DATABASE_URL',
      'INTERNAL_IDENTITY_KEY',
      'KAFKA_BROKERS',
      'LOG_LEVEL',
      'OPS_PORT',
      'TOPIC_PARTITIONS',
    ]);
    expect(error.message).toContain('KAFKA_BROKERS: is missing; expected brokers as host:port, separated by commas');
    expect(error.message).toContain(
      'OPS_PORT: is not within 0 and 65535; expected a port from 0 (a free one) to 65535',
    );
    expect(error.message).toContain('LOG_LEVEL: is not a log level; expected trace, debug, info, warn, error, fatal');
    expect(error.message).not.toContain('c2hvcnQ=');
  });

  it('names every fault of one variable', () => {
    const schema = z.object({ ...egressEnvironment.shape, ...keyringEnvironment.shape });
    const env = { EGRESS_ALLOW: 'a,10.0.0.0/8,b', SECRETS_KEYRING: 'k1=short,no key' };
    expect(() => loadEnvironment(schema, env)).toThrow(
      /EGRESS_ALLOW: "a" is no .*; "b" is no .*\n.*SECRETS_KEYRING: entry 1 \(k1\) must .*; entry 2 must /,
    );
  });

  it('reads a secret from the file its _FILE variable names', () => {
    const env = loadEnvironment(databaseEnvironment, { DATABASE_URL_FILE: join(folder, 'database') });
    expect(env.DATABASE_URL).toBe('postgres://u:fromfile@localhost/db');
  });

  it('refuses a secret given twice, and one whose file is not there', () => {
    const twice = faultsOf({ ...sane, DATABASE_URL_FILE: join(folder, 'database') });
    expect(twice.message).toContain('DATABASE_URL: is given together with DATABASE_URL_FILE');
    const { DATABASE_URL: _, ...rest } = sane;
    const missing = faultsOf({ ...rest, DATABASE_URL_FILE: join(folder, 'nowhere') });
    expect(missing.message).toContain('DATABASE_URL_FILE: cannot be read (ENOENT)');
  });

  it('refuses halves of Kafka settings, and makes a connection of whole ones', () => {
    const halves = faultsOf({ ...sane, KAFKA_SASL_MECHANISM: 'plain', KAFKA_TLS_CA_FILE: '/nowhere.pem' });
    expect(halves.faults.map((fault) => fault.variable)).toEqual([
      'KAFKA_SASL_USERNAME',
      'KAFKA_SASL_PASSWORD',
      'KAFKA_TLS_CA_FILE',
      'KAFKA_TLS_CA_FILE',
    ]);
    const env = loadEnvironment(kafkaEnvironment, {
      KAFKA_BROKERS: '[::1]:9092',
      KAFKA_SASL_MECHANISM: 'scram-sha-256',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD: 'secret',
      KAFKA_TLS: 'true',
      KAFKA_TLS_CA_FILE: join(folder, 'ca.pem'),
    });
    expect(kafkaConnectionOf(env)).toEqual({
      brokers: ['[::1]:9092'],
      clientId: 'signalbox',
      sasl: { mechanism: 'scram-sha-256', username: 'me', password: 'secret' },
      tls: { ca: 'CA' },
    });
  });
});
