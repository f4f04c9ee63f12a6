import type { KeyObject } from 'node:crypto';
import { createSecretKey } from 'node:crypto';
import { bytesOfBase64 } from '@signalbox/domain';

export type IdentityKey = KeyObject;

export const IDENTITY_KEY_MIN_BYTES = 32;

/**
 * The key of the variable INTERNAL_IDENTITY_KEY, as bytes or as the base64 text itself. Throws TypeError when it is no
 * base64 or shorter than 32 bytes; the message does not hold it.
 */
export function identityKeyFrom(key: Uint8Array | string): IdentityKey {
  const bytes = typeof key === 'string' ? bytesOfBase64(key) : key;
  if (bytes === undefined || bytes.length < IDENTITY_KEY_MIN_BYTES) {
    throw new TypeError(`must be base64 of at least ${IDENTITY_KEY_MIN_BYTES} random bytes (openssl rand -base64 32)`);
  }
  return createSecretKey(bytes);
}
