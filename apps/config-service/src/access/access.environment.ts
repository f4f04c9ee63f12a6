import { booleanVariable, integerVariable, listVariable, parsedVariable, secret } from '@signalbox/config';
import type { EnvironmentFault } from '@signalbox/config';
import { z } from 'zod';
import { MIN_API_KEY_LENGTH } from './domain/api-key.ts';
import { parseTrustedProxies } from './application/trusted-proxies.ts';

/** Of RFC 7518 and RFC 8037: signed by a key that only the issuer has. */
const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function isOpenToTampering(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'http:' && !LOOPBACK.test(url.hostname);
}

/** Who may call, and how often. */
export const accessEnvironment = z.object({
  BOOTSTRAP_API_KEY: secret(
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'holds a character that no header can carry')
      .min(MIN_API_KEY_LENGTH, 'is too short')
      .optional()
      .describe(`at least ${MIN_API_KEY_LENGTH} random characters of visible ASCII`),
  ),
  JWT_ISSUER: z.string().optional().describe('the claim iss of the tokens, as it is written there'),
  JWT_AUDIENCE: listVariable()
    .refine((audiences) => audiences.length > 0, 'names none')
    .optional()
    .describe('one or more values of the claim aud, separated by commas'),
  JWT_JWKS_URL: z
    .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
    // Whoever could change the keys on their way could sign tokens.
    .refine((url) => !isOpenToTampering(url), 'is not https')
    .optional()
    .describe('the https URL of the issuer’s keys; http on this machine only'),
  JWT_ALGORITHMS: listVariable()
    .refine(
      (names) => names.length > 0 && names.every((name) => JWT_ALGORITHMS.some((known) => known === name)),
      'names an algorithm that is not taken',
    )
    .default(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'])
    .describe(`any of ${JWT_ALGORITHMS.join(', ')}, separated by commas`),
  JWT_TENANT_CLAIM: z.string().default('tenant_id').describe('the name of the claim that holds the tenant'),
  JWT_CLOCK_SKEW_SECONDS: integerVariable({ min: 0, max: 300 }).default(30),
  DEVELOPMENT_MODE: booleanVariable().default(false).describe('true or false; never true in production'),
  RATE_LIMIT_PER_SECOND: integerVariable({ min: 0, max: 1_000_000 }).default(100),
  AUTH_FAILURES_PER_MINUTE: integerVariable({ min: 0, max: 1_000_000 }).default(60),
  TRUST_PROXY: parsedVariable(parseTrustedProxies)
    .prefault('')
    .describe('addresses and CIDRs of the proxies before the listeners, separated by commas'),
  CORS_ORIGINS: listVariable()
    .refine((origins) => origins.every((origin) => URL.parse(origin)?.origin === origin), 'holds what is no origin')
    .default([])
    .describe('origins such as https://console.example.com, separated by commas'),
  CONSOLE_OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'is not an http or https URL' })
    .optional()
    .describe('the URL of the issuer people sign in with'),
  CONSOLE_OIDC_CLIENT_ID: z.string().optional().describe('the client id of the console there'),
  CONSOLE_OIDC_SCOPES: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((scope) => scope !== ''))
    .default(['openid', 'profile'])
    .describe('scopes separated by spaces'),
});

const TOGETHER = [
  ['JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL'],
  ['CONSOLE_OIDC_ISSUER', 'CONSOLE_OIDC_CLIENT_ID'],
] as const;

/** What is wrong between variables that are each right alone. */
export function accessFaults(given: Readonly<Record<string, string>>): readonly EnvironmentFault[] {
  const incomplete = TOGETHER.flatMap((names) => {
    const [present] = names.filter((name) => given[name] !== undefined);
    const absent = names.filter((name) => given[name] === undefined);
    if (present === undefined) return [];
    return absent.map((variable) => ({
      variable,
      why: `is missing while ${present} is set`,
      expected: `all of ${names.join(', ')}, or none`,
    }));
  });
  if (given['DEVELOPMENT_MODE'] !== 'true' || given['NODE_ENV'] !== 'production') return incomplete;
  const why = 'is true while NODE_ENV is production';
  return [...incomplete, { variable: 'DEVELOPMENT_MODE', why, expected: 'no development mode in production' }];
}
