import type { DestinationStream, LevelWithSilent, Logger } from 'pino';
import { pino } from 'pino';
import { describedError } from './described-error.ts';

export type { Logger } from 'pino';

/** Those of the variable LOG_LEVEL, and `silent` for tests. */
export type LogLevel = LevelWithSilent;

/**
 * Invariant 8: no secret is logged. Header values are masked as a whole, because customers put credentials under names of
 * their own; so are keys in every form the services hold them.
 */
const SECRET_FIELDS = [
  'authorization',
  'headers',
  'signingKey',
  'signing_key',
  'signingKeys',
  'signing_keys',
  'privateKey',
  'ed25519PrivateKey',
  'apiKey',
  'api_key',
  'identityKey',
  'password',
  'secret',
  'keyring',
] as const;

const redactedPaths = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

export interface LoggerOptions {
  /** Name of the service; on every line. */
  readonly service: string;
  /** Default info. */
  readonly level?: LogLevel;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/**
 * A logger that writes one JSON object a line. The message is a dotted event in the past tense (`delivery.attempted`),
 * its fields are snake_case. Fields that may hold secrets are masked up to two levels deep.
 */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level ?? 'info',
    base: { service: options.service },
    redact: { paths: redactedPaths, censor: '[redacted]' },
    serializers: { err: (error: unknown) => describedError(error) },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
