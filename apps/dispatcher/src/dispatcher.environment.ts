import type { RawEnvironment } from '@signalbox/config';
import {
  egressEnvironment,
  identityEnvironment,
  integerVariable,
  kafkaEnvironment,
  keyringEnvironment,
  listVariable,
  loadEnvironment,
  loggingEnvironment,
  opsEnvironment,
  portVariable,
  topicEnvironment,
} from '@signalbox/config';
import type { UrlRuleOptions } from '@signalbox/domain';
import type { Keyring } from '@signalbox/secrets';
import { z } from 'zod';

export const ROLES = ['router', 'sender', 'scheduler'] as const;
export type RoleName = (typeof ROLES)[number];

const schema = z.object({
  ...loggingEnvironment.shape,
  ...kafkaEnvironment.shape,
  ...topicEnvironment.shape,
  ...opsEnvironment.shape,
  ...egressEnvironment.shape,
  ...keyringEnvironment.shape,
  ...identityEnvironment.shape,
  DISPATCHER_ROLES: listVariable()
    .refine(
      (names) => names.length > 0 && names.every((name) => ROLES.some((role) => role === name)),
      'is no list of roles',
    )
    .default([...ROLES])
    .describe(`any of ${ROLES.join(', ')}, separated by commas`),
  GRPC_HOST: z.string().default('127.0.0.1').describe('an address to listen on'),
  GRPC_PORT: portVariable().default(0),
  CONFIG_GRPC_URL: z
    .string()
    .regex(/^(\[[0-9a-f:.]+\]|[^\s:,[\]/]+):\d{1,5}$/i, 'is not host:port')
    .describe("host:port of config-service's gRPC listener"),
  MAX_EVENT_BYTES: integerVariable({ min: 1_024, max: 900 * 1_024 }).default(262_144),
});

export interface DispatcherEnvironment extends z.output<typeof schema> {
  readonly roles: readonly RoleName[];
  readonly keyring: Keyring;
  readonly urlRules: UrlRuleOptions;
}

/** @throws InvalidEnvironment naming every fault. */
export function loadDispatcherEnvironment(env: RawEnvironment = process.env): DispatcherEnvironment {
  const loaded = loadEnvironment(schema, env);
  return {
    ...loaded,
    roles: ROLES.filter((role) => loaded.DISPATCHER_ROLES.includes(role)),
    keyring: loaded.SECRETS_KEYRING,
    urlRules: { allowList: loaded.EGRESS_ALLOW, ports: loaded.EGRESS_PORTS },
  };
}
