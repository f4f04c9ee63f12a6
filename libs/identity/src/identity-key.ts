import type { KeyObject } from 'node:crypto';
import { createSecretKey } from 'node:crypto';

export type IdentityKey = KeyObject;

export const IDENTITY_KEY_MIN_BYTES = 32;

/**
 * The key of the variable INTERNAL_IDENTITY_KEY, as bytes or as the base64 text itself. Throws TypeError when it is no
 * base64 or shorter than 32 bytes; the message does not hold it.
 */
export function identityKeyFrom(key: Uint8Array | string): IdentityKey {
  // Buffer ignores what is no base64, so a password pasted here would quietly become a shorter, weaker key.
  const isReadable = typeof key !== 'string' || /^[A-Za-z0-9+/_-]+={0,2}$/.test(key);
  const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : key;
  if (!isReadable || bytes.length < IDENTITY_KEY_MIN_BYTES) {
    throw new TypeError(`must be base64 of at least ${IDENTITY_KEY_MIN_BYTES} random bytes (openssl rand -base64 32)`);
  }
  return createSecretKey(bytes);
}
