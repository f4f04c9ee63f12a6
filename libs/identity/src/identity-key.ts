import type { KeyObject } from 'node:crypto';
import { createSecretKey } from 'node:crypto';

export type IdentityKey = KeyObject;

export const IDENTITY_KEY_MIN_BYTES = 32;

/**
 * The key of the variable INTERNAL_IDENTITY_KEY. Throws TypeError when it is no base64 of at least 32 bytes; the message
 * does not hold the text.
 */
export function identityKeyFrom(base64: string): IdentityKey {
  const bytes = Buffer.from(base64, 'base64');
  // Buffer ignores what is no base64, so a password pasted here would quietly become a shorter, weaker key.
  const isBase64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(base64);
  if (!isBase64 || bytes.length < IDENTITY_KEY_MIN_BYTES) {
    throw new TypeError(`must be base64 of at least ${IDENTITY_KEY_MIN_BYTES} random bytes (openssl rand -base64 32)`);
  }
  return createSecretKey(bytes);
}
