import {
  databaseEnvironment,
  egressEnvironment,
  httpUrlVariable,
  identityEnvironment,
  integerVariable,
  kafkaEnvironment,
  keyringEnvironment,
  loadEnvironment,
  loggingEnvironment,
  opsEnvironment,
  portVariable,
  topicEnvironment,
} from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import type { UrlRuleOptions } from '@signalbox/domain';
import type { Keyring } from '@signalbox/secrets';
import { z } from 'zod';
import { accessEnvironment, accessFaults } from './access/access.environment.ts';

const grpcAddressVariable = (of: string) =>
  z
    .string()
    .regex(/^(\[[0-9a-f:.]+\]|[^\s:,[\]/]+):\d{1,5}$/i, 'is not host:port')
    .describe(`host:port of the gRPC listener of ${of}`);

const schema = z.object({
  ...loggingEnvironment.shape,
  ...kafkaEnvironment.shape,
  ...topicEnvironment.shape,
  ...databaseEnvironment.shape,
  ...opsEnvironment.shape,
  ...identityEnvironment.shape,
  ...egressEnvironment.shape,
  ...keyringEnvironment.shape,
  ...accessEnvironment.shape,
  HTTP_HOST: z.string().default('127.0.0.1').describe('an address to listen on'),
  HTTP_PORT: portVariable().default(0).describe('a port from 0 (a free one) to 65535'),
  PUBLIC_URL: httpUrlVariable()
    .refine((url) => URL.parse(url)?.origin === url.toLowerCase(), 'is more than scheme and host')
    .optional()
    .describe('scheme and host that callers use, such as https://hooks.example.com'),
  GRPC_HOST: z.string().default('127.0.0.1').describe('an address to listen on'),
  GRPC_PORT: portVariable().default(0).describe('a port from 0 (a free one) to 65535'),
  MONITORING_URL: httpUrlVariable(),
  MONITORING_GRPC_URL: grpcAddressVariable('monitoring'),
  DISPATCHER_GRPC_URL: grpcAddressVariable('the sender'),
  AUTO_DISABLE_AFTER_DAYS: integerVariable({ min: 0, max: 365 })
    .default(5)
    .describe('a whole number of days from 0 (never) to 365'),
  CONSOLE_DIR: z.string().optional().describe('the folder of the built console'),
});

export interface ConfigServiceEnvironment extends z.output<typeof schema> {
  readonly keyring: Keyring;
  readonly urlRules: UrlRuleOptions;
}

/** @throws InvalidEnvironment naming every fault. */
export function loadConfigServiceEnvironment(env: RawEnvironment): ConfigServiceEnvironment {
  const loaded = loadEnvironment(schema, env, accessFaults);
  return {
    ...loaded,
    keyring: loaded.SECRETS_KEYRING,
    urlRules: { allowList: loaded.EGRESS_ALLOW, ports: loaded.EGRESS_PORTS },
  };
}
