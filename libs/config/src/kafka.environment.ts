import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { booleanVariable, listVariable } from './environment-fields.ts';
import type { EnvironmentFault } from './invalid-environment.ts';
import { secret } from './secret-variable.ts';

const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const BROKER = /^(\[[0-9a-f:.]+\]|[^\s:,[\]]+):\d{1,5}$/i;

/** How to reach Kafka, as managed clusters ask for it. */
export const kafkaEnvironment = z.object({
  KAFKA_BROKERS: listVariable()
    .refine(
      (brokers) => brokers.length > 0 && brokers.every((broker) => BROKER.test(broker)),
      'is no list of host:port',
    )
    .describe('brokers as host:port, separated by commas'),
  KAFKA_CLIENT_ID: z.string().default('signalbox').describe('a name for the broker’s logs and quotas'),
  KAFKA_SASL_MECHANISM: z
    .enum(SASL_MECHANISMS, 'is not a known mechanism')
    .optional()
    .describe(SASL_MECHANISMS.join(', ')),
  KAFKA_SASL_USERNAME: z.string().optional().describe('the user name of the SASL mechanism'),
  KAFKA_SASL_PASSWORD: secret(z.string().optional().describe('the password of the SASL mechanism')),
  KAFKA_TLS: booleanVariable().default(false).describe('true or false'),
  KAFKA_TLS_CA_FILE: z.string().optional().describe('the path of a PEM file with the certificate authority'),
  KAFKA_TLS_CERT_FILE: z.string().optional().describe('the path of a PEM file with the client certificate'),
  KAFKA_TLS_KEY_FILE: z.string().optional().describe('the path of a PEM file with the client certificate’s key'),
});

export type KafkaEnvironment = z.output<typeof kafkaEnvironment>;

/** What a Kafka client needs to connect; PEM texts, not paths. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly sasl?: {
    readonly mechanism: (typeof SASL_MECHANISMS)[number];
    readonly username: string;
    readonly password: string;
  };
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

function pem(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}

/** @throws when a certificate file cannot be read; `loadEnvironment` has refused such an environment before. */
export function kafkaConnectionOf(env: KafkaEnvironment): KafkaConnection {
  const ca = pem(env.KAFKA_TLS_CA_FILE);
  const cert = pem(env.KAFKA_TLS_CERT_FILE);
  const key = pem(env.KAFKA_TLS_KEY_FILE);
  return {
    brokers: env.KAFKA_BROKERS,
    clientId: env.KAFKA_CLIENT_ID,
    ...(env.KAFKA_SASL_MECHANISM !== undefined && {
      sasl: {
        mechanism: env.KAFKA_SASL_MECHANISM,
        username: env.KAFKA_SASL_USERNAME ?? '',
        password: env.KAFKA_SASL_PASSWORD ?? '',
      },
    }),
    ...(env.KAFKA_TLS && {
      tls: { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) },
    }),
  };
}

/** Settings that only make sense together; checked here because each of them alone is optional. */
export function incompleteKafkaSettings(given: Readonly<Record<string, string>>): readonly EnvironmentFault[] {
  const faults: EnvironmentFault[] = [];
  const needs = (variable: string, other: string): void => {
    if (given[other] === undefined || given[variable] !== undefined) return;
    faults.push({ variable, why: `is missing while ${other} is set`, expected: 'both or neither' });
  };
  needs('KAFKA_SASL_USERNAME', 'KAFKA_SASL_MECHANISM');
  needs('KAFKA_SASL_PASSWORD', 'KAFKA_SASL_MECHANISM');
  needs('KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME');
  needs('KAFKA_TLS_KEY_FILE', 'KAFKA_TLS_CERT_FILE');
  needs('KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE');
  for (const variable of ['KAFKA_TLS_CA_FILE', 'KAFKA_TLS_CERT_FILE', 'KAFKA_TLS_KEY_FILE']) {
    const path = given[variable];
    if (path === undefined) continue;
    if (given['KAFKA_TLS'] !== 'true') {
      faults.push({ variable, why: 'is set while TLS is off', expected: 'KAFKA_TLS=true beside it' });
    }
    const reason = reasonUnreadable(path);
    if (reason !== undefined) {
      faults.push({ variable, why: `cannot be read (${reason})`, expected: 'the path of a readable PEM file' });
    }
  }
  return faults;
}

function reasonUnreadable(path: string): string | undefined {
  try {
    readFileSync(path);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}
