import type { RawEnvironment } from '@signalbox/config';
import {
  integerVariable,
  kafkaEnvironment,
  listVariable,
  loadEnvironment,
  loggingEnvironment,
  opsEnvironment,
  secret,
  topicEnvironment,
} from '@signalbox/config';
import type { ParsedSetting, UrlRuleOptions } from '@signalbox/domain';
import { parseAllowList, parsePorts } from '@signalbox/domain';
import type { Keyring } from '@signalbox/secrets';
import { InvalidKeyring, parseKeyring } from '@signalbox/secrets';
import { z } from 'zod';

export const ROLES = ['router', 'sender', 'scheduler'] as const;
export type RoleName = (typeof ROLES)[number];

/** A variable whose text a parser of ours judges, so that its faults are named together with all others. */
function judged(field: z.ZodType<string>, faultsOf: (text: string) => readonly string[]) {
  return field.refine((text) => faultsOf(text).length === 0, {
    error: ({ input }) => faultsOf(String(input)).join('; '),
  });
}

function keyringFaults(text: string): readonly string[] {
  try {
    parseKeyring(text);
    return [];
  } catch (error) {
    if (error instanceof InvalidKeyring) return error.faults;
    throw error;
  }
}

function settingFaults(parsed: ParsedSetting<unknown>): readonly string[] {
  return parsed.ok ? [] : parsed.faults;
}

const schema = z.object({
  ...loggingEnvironment.shape,
  ...kafkaEnvironment.shape,
  ...topicEnvironment.shape,
  ...opsEnvironment.shape,
  EGRESS_ALLOW: judged(z.string(), (text) => settingFaults(parseAllowList(text)))
    .default('')
    .describe('CIDRs separated by commas, each with or without +http'),
  EGRESS_PORTS: judged(z.string(), (text) => settingFaults(parsePorts(text)))
    .default('443,8443')
    .describe('ports and ranges separated by commas, such as 443,8000-9000'),
  SECRETS_KEYRING: secret(
    judged(z.string(), keyringFaults).describe('id=base64 of 32 bytes, separated by commas; the first one writes'),
  ),
  DISPATCHER_ROLES: listVariable()
    .refine(
      (names) => names.length > 0 && names.every((name) => ROLES.some((role) => role === name)),
      'is no list of roles',
    )
    .default([...ROLES])
    .describe(`any of ${ROLES.join(', ')}, separated by commas`),
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
