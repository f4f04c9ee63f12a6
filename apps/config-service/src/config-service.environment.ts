import {
  databaseEnvironment,
  egressEnvironment,
  httpUrlVariable,
  identityEnvironment,
  kafkaEnvironment,
  keyringEnvironment,
  loadEnvironment,
  loggingEnvironment,
  opsEnvironment,
  portVariable,
  secret,
  topicEnvironment,
} from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import { parseAllowList, parsePorts } from '@signalbox/domain';
import type { ParsedSetting, UrlRuleOptions } from '@signalbox/domain';
import { InvalidKeyring, parseKeyring } from '@signalbox/secrets';
import type { Keyring } from '@signalbox/secrets';
import { z } from 'zod';
import { MIN_API_KEY_LENGTH } from './access/domain/api-key.ts';

/** What is added to a variable so that the parser of its text names its faults together with all others. */
function judgedBy(faultsOf: (text: string) => readonly string[]) {
  return (context: z.core.ParsePayload<string>): void => {
    for (const message of faultsOf(context.value)) {
      context.issues.push({ code: 'custom', message, input: undefined });
    }
  };
}

const settingFaults = (parsed: ParsedSetting<unknown>): readonly string[] => (parsed.ok ? [] : parsed.faults);

function keyringFaults(text: string): readonly string[] {
  try {
    parseKeyring(text);
    return [];
  } catch (error) {
    if (error instanceof InvalidKeyring) return error.faults;
    throw error;
  }
}

const egress = egressEnvironment.shape;
const { SECRETS_KEYRING } = keyringEnvironment.shape;

const schema = z.object({
  ...loggingEnvironment.shape,
  ...kafkaEnvironment.shape,
  ...topicEnvironment.shape,
  ...databaseEnvironment.shape,
  ...opsEnvironment.shape,
  ...identityEnvironment.shape,
  EGRESS_ALLOW: z
    .string()
    .check(judgedBy((text) => settingFaults(parseAllowList(text))))
    .default('')
    .describe(egress.EGRESS_ALLOW.description ?? ''),
  EGRESS_PORTS: z
    .string()
    .check(judgedBy((text) => settingFaults(parsePorts(text))))
    .default('443,8443')
    .describe(egress.EGRESS_PORTS.description ?? ''),
  SECRETS_KEYRING: secret(
    z
      .string()
      .check(judgedBy(keyringFaults))
      .describe(SECRETS_KEYRING.description ?? ''),
  ),
  HTTP_HOST: z.string().default('127.0.0.1').describe('an address to listen on'),
  HTTP_PORT: portVariable().default(0).describe('a port from 0 (a free one) to 65535'),
  GRPC_HOST: z.string().default('127.0.0.1').describe('an address to listen on'),
  GRPC_PORT: portVariable().default(0).describe('a port from 0 (a free one) to 65535'),
  BOOTSTRAP_API_KEY: secret(
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'holds a character that no header can carry')
      .min(MIN_API_KEY_LENGTH, 'is too short')
      .optional()
      .describe(`at least ${MIN_API_KEY_LENGTH} random characters of visible ASCII`),
  ),
  MONITORING_URL: httpUrlVariable(),
  MONITORING_GRPC_URL: z
    .string()
    .regex(/^(\[[0-9a-f:.]+\]|[^\s:,[\]/]+):\d{1,5}$/i, 'is not host:port')
    .describe('host:port of the gRPC listener of monitoring'),
  CONSOLE_DIR: z.string().optional().describe('the folder of the built console'),
});

export interface ConfigServiceEnvironment extends z.output<typeof schema> {
  readonly keyring: Keyring;
  readonly urlRules: UrlRuleOptions;
}

/** @throws InvalidEnvironment naming every fault. */
export function loadConfigServiceEnvironment(env: RawEnvironment): ConfigServiceEnvironment {
  const loaded = loadEnvironment(schema, env);
  return {
    ...loaded,
    keyring: parseKeyring(loaded.SECRETS_KEYRING),
    urlRules: {
      allowList: valueOf(parseAllowList(loaded.EGRESS_ALLOW)),
      ports: valueOf(parsePorts(loaded.EGRESS_PORTS)),
    },
  };
}

function valueOf<T>(parsed: ParsedSetting<T>): T {
  if (!parsed.ok) throw new Error(`a setting passed its check and cannot be read: ${parsed.faults.join('; ')}`);
  return parsed.value;
}
