import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { kafkaConnectionOf, kafkaEnvironment, loadEnvironment } from '@signalbox/config';
import { createLogFollower, createLogProducer, ensureTopics, partitionCounts } from '@signalbox/kafka';
import { certificateAuthority, type Certificate } from '@signalbox/testing';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../paths.ts';
import { freePorts } from '../process/free-ports.ts';
import { startKafka, type RunningKafka } from './start-kafka.ts';

/** A Kafka as managed ones are: TLS by an authority that nobody else knows, users with passwords, client certificates. */
let dir: string;
let kafka: RunningKafka | undefined;
let sasl: Readonly<Record<string, string>>;
let mutual: Readonly<Record<string, string>>;

const USER = 'signalbox';
const PASSWORD = 'correct-horse';
const LOGIN = 'org.apache.kafka.common.security';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-secured-'));
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(dir, name), text);
    return join(dir, name);
  };
  const pair = ({ key, cert }: Certificate): string => `${key}${cert}`;
  const authority = certificateAuthority('Kafka of a test');
  const keyStore = await write('broker.pem', pair(authority.issue(['127.0.0.1'])));
  const ca = await write('ca.pem', authority.cert);
  const [saslPort = 0, mutualPort = 0] = await freePorts(2);
  const client = authority.issue(['signalbox']);
  sasl = { KAFKA_BROKERS: `127.0.0.1:${saslPort}`, KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: ca };
  mutual = {
    KAFKA_BROKERS: `127.0.0.1:${mutualPort}`,
    KAFKA_TLS: 'true',
    KAFKA_TLS_CA_FILE: ca,
    KAFKA_TLS_CERT_FILE: await write('client.pem', client.cert),
    KAFKA_TLS_KEY_FILE: await write('client-key.pem', client.key),
  };
  const listeners = `SASL://127.0.0.1:${saslPort},MUTUAL://127.0.0.1:${mutualPort}`;
  const scram = `${LOGIN}.scram.ScramLoginModule required;`;
  kafka = await startKafka({
    dir: join(dir, 'kafka'),
    settings: {
      listeners,
      'advertised.listeners': listeners,
      'listener.security.protocol.map': 'SASL:SASL_SSL,MUTUAL:SSL',
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': keyStore,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': ca,
      'listener.name.mutual.ssl.client.auth': 'required',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.sasl.plain.sasl.jaas.config': `${LOGIN}.plain.PlainLoginModule required user_${USER}="${PASSWORD}";`,
      'listener.name.sasl.scram-sha-256.sasl.jaas.config': scram,
      'listener.name.sasl.scram-sha-512.sasl.jaas.config': scram,
    },
    formatArguments: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${USER},password=${PASSWORD}]`,
    ]),
  });
}, 60_000);

afterAll(async () => {
  await kafka?.stop();
  await rm(dir, { recursive: true, force: true });
});

const connectionOf = (env: Readonly<Record<string, string>>) =>
  kafkaConnectionOf(loadEnvironment(kafkaEnvironment, env));

const withUser = (mechanism: string, password = PASSWORD): Readonly<Record<string, string>> => ({
  ...sasl,
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: USER,
  KAFKA_SASL_PASSWORD: password,
});

/** Makes a topic, writes to it and reads it, all by these settings. */
async function roundTrip(topic: string, env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const connection = connectionOf(env);
  await ensureTopics(connection, [{ name: topic, partitions: 1, replicationFactor: 1, config: {} }]);
  const producer = createLogProducer({ connection });
  await producer.start();
  producer.append({ topic, key: null, value: topic, headers: {} });
  await producer.flush();
  await producer.stop();
  const read: string[] = [];
  const follower = createLogFollower({
    connection,
    topic,
    onRecord: ({ value }) => read.push(String(value)),
    onFatal: (error) => read.push(error.message),
  });
  await follower.start();
  await follower.stop();
  return read;
}

/** What a person reads; fewer attempts than by default, for a certificate does not become right by waiting. */
async function failureOf(env: Readonly<Record<string, string>>): Promise<string> {
  const connection = { ...connectionOf(env), retry: { retries: 2 } };
  const error: unknown = await partitionCounts(connection, ['plain']).catch((cause: unknown) => cause);
  return (error as Error).message;
}

describe('the settings for a managed Kafka', () => {
  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('connect with %s over TLS', async (mechanism) => {
    expect(await roundTrip(mechanism, withUser(mechanism))).toEqual([mechanism]);
  });

  it('connect with a client certificate', async () => {
    expect(await roundTrip('mutual', mutual)).toEqual(['mutual']);
  });

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('say that %s was refused for a wrong password', async (kind) => {
    expect(await failureOf(withUser(kind, 'battery-staple'))).toMatch(
      /^SASL [A-Z0-9 ]+ authentication failed: [^\n]+$/,
    );
  });

  it('say that the authority is not known', async () => {
    const { KAFKA_TLS_CA_FILE: _, ...unknown } = withUser('plain');
    expect(await failureOf(unknown)).toMatch(/^Connection error: unable to verify the first certificate[^\n]*$/);
  });

  it('end npm run topics with one line when they are wrong', async () => {
    const env = { PATH: process.env['PATH'], ...withUser('plain', 'battery-staple') };
    const script = join(repositoryRoot(), 'scripts', 'topics.ts');
    const { status, stderr } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Kafka at \S+ cannot be used: SASL PLAIN authentication failed: [^\n]+\n$/);
  });
});
