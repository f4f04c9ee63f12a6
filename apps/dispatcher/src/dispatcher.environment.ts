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
  parsedVariable,
  portVariable,
  secret,
  topicEnvironment,
  tracingEnvironment,
} from '@signalbox/config';
import type { UrlRuleOptions } from '@signalbox/domain';
import type { SocketTransportOptions } from '@signalbox/egress';
import { parseForwardProxy } from '@signalbox/egress';
import type { Keyring } from '@signalbox/secrets';
import { accessSync, constants, readFileSync } from 'node:fs';
import { z } from 'zod';

export const ROLES = ['router', 'sender', 'scheduler'] as const;
export type RoleName = (typeof ROLES)[number];

const schema = z.object({
  ...loggingEnvironment.shape,
  ...kafkaEnvironment.shape,
  ...topicEnvironment.shape,
  ...opsEnvironment.shape,
  ...tracingEnvironment.shape,
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
  EGRESS_CA_FILE: z
    .string()
    .refine(isReadable, 'cannot be read')
    .optional()
    .describe('the path of a readable PEM file with authorities to trust besides'),
  EGRESS_PROXY_URL: secret(
    parsedVariable(parseForwardProxy)
      .optional()
      .describe('http://host:port or http://user:password@host:port of a forward proxy'),
  ),
  MAX_EVENT_BYTES: integerVariable({ min: 1_024, max: 900 * 1_024 }).default(262_144),
});

export interface DispatcherEnvironment extends z.output<typeof schema> {
  readonly roles: readonly RoleName[];
  readonly keyring: Keyring;
  readonly urlRules: UrlRuleOptions;
  /** PEM of authorities that endpoints' certificates may come from, besides those that Node trusts. */
  readonly egressCa: string | undefined;
}

/** @throws InvalidEnvironment naming every fault. */
export function loadDispatcherEnvironment(env: RawEnvironment = process.env): DispatcherEnvironment {
  const loaded = loadEnvironment(schema, env);
  return {
    ...loaded,
    roles: ROLES.filter((role) => loaded.DISPATCHER_ROLES.includes(role)),
    keyring: loaded.SECRETS_KEYRING,
    urlRules: { allowList: loaded.EGRESS_ALLOW, ports: loaded.EGRESS_PORTS },
    egressCa: loaded.EGRESS_CA_FILE === undefined ? undefined : readFileSync(loaded.EGRESS_CA_FILE, 'utf8'),
  };
}

/** How customers' endpoints are reached, by whichever role. */
export function transportOptionsOf(env: DispatcherEnvironment): SocketTransportOptions {
  const { urlRules, egressCa, EGRESS_PROXY_URL: proxy } = env;
  return {
    allowList: urlRules.allowList,
    ...(egressCa !== undefined && { ca: egressCa }),
    ...(proxy !== undefined && { proxy }),
  };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
