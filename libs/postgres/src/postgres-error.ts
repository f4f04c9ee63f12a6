import { QueryFailedError } from 'typeorm';

/**
 * What a failure of Postgres means for the caller; found by SQLSTATE and system error code, by text only
 * where pg gives no code.
 */
export type PostgresFault =
  | { readonly kind: 'unique-violation' | 'foreign-key-violation' | 'check-violation'; readonly constraint: string }
  /** Deadlock or serialization failure: the transaction may be run again as it is. */
  | { readonly kind: 'retryable-conflict' }
  /** A table was busy for longer than `lock_timeout`. */
  | { readonly kind: 'lock-timeout' }
  /** Statement timeout or cancel. */
  | { readonly kind: 'timeout' }
  /** Not reachable, starting, shutting down, out of connections, a standby: later it may work. */
  | { readonly kind: 'unavailable' };

const CONNECTION_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

// pg reports these without any code.
const LOST_CONNECTION =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered|Client was closed)/;

interface DriverError {
  readonly code?: string;
  readonly constraint?: string;
  readonly message?: string;
}

/** The fault an error stands for, or undefined when it is none that a caller could act on (a bug, a broken statement). */
export function postgresFaultOf(error: unknown): PostgresFault | undefined {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof cause !== 'object' || cause === null) return undefined;
  const { code, constraint = '', message = '' } = cause as DriverError;
  if (code === undefined) return LOST_CONNECTION.test(message) ? { kind: 'unavailable' } : undefined;
  if (CONNECTION_ERRORS.has(code)) return { kind: 'unavailable' };
  switch (code) {
    case '23505':
      return { kind: 'unique-violation', constraint };
    case '23503':
      return { kind: 'foreign-key-violation', constraint };
    case '23514':
      return { kind: 'check-violation', constraint };
    case '40001':
    case '40P01':
      return { kind: 'retryable-conflict' };
    case '55P03':
      return { kind: 'lock-timeout' };
    case '57014':
      return { kind: 'timeout' };
    case '25006':
      // A write to a standby: the primary has moved, and the address will follow.
      return { kind: 'unavailable' };
    default:
      // 08: connection exception, 53: insufficient resources, 57P: operator intervention.
      return /^(08|53|57P)/.test(code) ? { kind: 'unavailable' } : undefined;
  }
}
