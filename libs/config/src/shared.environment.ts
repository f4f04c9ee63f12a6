import type { ParsedSetting } from '@signalbox/domain';
import { parseAllowList, parsePorts } from '@signalbox/domain';
import type { Keyring } from '@signalbox/secrets';
import { InvalidKeyring, parseKeyring } from '@signalbox/secrets';
import { z } from 'zod';
import { base64Variable, integerVariable, listVariable, parsedVariable, portVariable } from './environment-fields.ts';
import { secret } from './secret-variable.ts';

const count = (byDefault: number, max: number) =>
  integerVariable({ min: 1, max }).default(byDefault).describe(`a whole number from 1 to ${max}`);

/** Names and layout of the topics; the layout is used by the command that makes and checks them. */
export const topicEnvironment = z.object({
  TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,100}$/, 'holds a character no topic name may hold')
    .default('signalbox.')
    .describe('up to 100 letters, digits, dots, underscores and hyphens'),
  AUTH_EVENT_TOPICS: listVariable()
    .refine(
      (names) => names.length > 0 && names.every((name) => /^[A-Za-z0-9._-]{1,249}$/.test(name)),
      'is no list of topic names',
    )
    .default(['auth-events'])
    .describe('topic names separated by commas'),
  // The end of every partition travels in the metadata of a commit, which Kafka limits to 4 KiB.
  TOPIC_PARTITIONS: count(24, 400),
  TOPIC_RETRY_PARTITIONS: count(6, 400),
  TOPIC_REPLICATION: count(3, 9),
  TOPIC_MIN_ISR: count(2, 9),
});

/** Postgres. The URL holds the password, so it counts as a secret. */
export const databaseEnvironment = z.object({
  DATABASE_URL: secret(
    z
      .url({ protocol: /^postgres(ql)?$/, error: 'is not a postgres URL' })
      .describe('postgres://user:password@host:5432/database'),
  ),
});

/** Where `/metrics` and `/health/*` are served; loopback unless the operator says otherwise. */
export const opsEnvironment = z.object({
  OPS_HOST: z.string().default('127.0.0.1').describe('an address to listen on'),
  OPS_PORT: portVariable().default(0).describe('a port from 0 (a free one) to 65535'),
});

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export const loggingEnvironment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).optional().describe('production, development or test'),
  LOG_LEVEL: z.enum(LOG_LEVELS, 'is not a log level').default('info').describe(LOG_LEVELS.join(', ')),
});

/** Which addresses a webhook may reach beyond the public ones. */
export const egressEnvironment = z.object({
  EGRESS_ALLOW: parsedVariable(parseAllowList)
    .prefault('')
    .describe('CIDRs separated by commas, each with or without +http'),
  EGRESS_PORTS: parsedVariable(parsePorts)
    .prefault('443,8443')
    .describe('ports and ranges separated by commas, such as 443,8000-9000'),
});

/** The keyring that seals secrets. */
export const keyringEnvironment = z.object({
  SECRETS_KEYRING: secret(
    parsedVariable(keyringOf).describe('id=base64 of 32 bytes, separated by commas; the first one writes'),
  ),
});

function keyringOf(text: string): ParsedSetting<Keyring> {
  try {
    return { ok: true, value: parseKeyring(text) };
  } catch (error) {
    if (error instanceof InvalidKeyring) return { ok: false, faults: error.faults };
    throw error;
  }
}

/** The key by which config-service vouches to the services behind it. */
export const identityEnvironment = z.object({
  INTERNAL_IDENTITY_KEY: secret(base64Variable(32)),
});
