import type { KeyObject } from 'node:crypto';
import { createSecretKey } from 'node:crypto';
import { bytesOfBase64 } from '@signalbox/domain';

/** AES-256 keys by id. The first of the text writes; the others only open what they sealed before. */
export interface Keyring {
  readonly writingKeyId: string;
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/** A keyring text that cannot be used; `faults` names each entry by position and id, never its key. */
export class InvalidKeyring extends Error {
  readonly code = 'secrets.invalid_keyring';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The keyring is invalid: ${faults.join('; ')}`);
    this.name = 'InvalidKeyring';
    this.faults = faults;
  }
}

// No dot: the sealed form is separated by dots.
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const KEY_BYTES = 32;

/**
 * Parses `id=base64,id=base64,…`.
 *
 * @throws InvalidKeyring naming every fault.
 */
export function parseKeyring(text: string): Keyring {
  const keys = new Map<string, KeyObject>();
  const faults: string[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const separator = entry.indexOf('=');
    const id = entry.slice(0, Math.max(separator, 0)).trim();
    const encoded = entry.slice(separator + 1).trim();
    const place = `entry ${index + 1}`;
    if (separator < 0 || !KEY_ID.test(id)) {
      faults.push(`${place} must be id=base64 with an id of 1 to 32 letters, digits, _ or -`);
      continue;
    }
    const bytes = bytesOfBase64(encoded);
    if (bytes?.length !== KEY_BYTES) faults.push(`${place} (${id}) must be base64 of exactly ${KEY_BYTES} bytes`);
    else if (keys.has(id)) faults.push(`${place} repeats the id ${id}`);
    else keys.set(id, createSecretKey(bytes));
  }
  const [writingKeyId] = keys.keys();
  if (faults.length > 0 || writingKeyId === undefined) throw new InvalidKeyring(faults);
  return { writingKeyId, keys };
}
