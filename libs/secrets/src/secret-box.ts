import type { CipherGCM } from 'node:crypto';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from './keyring.ts';

const FORM = 'v1';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What became of a sealed text. `unknown-key`: the keyring lacks the id, so defer and alarm, never go on without it. */
export type Opened =
  | { readonly kind: 'opened'; readonly plain: string }
  | { readonly kind: 'unknown-key'; readonly keyId: string }
  | { readonly kind: 'tampered' };

/**
 * Seals secrets of a webhook with AES-256-GCM (NIST SP 800-38D): a random 96-bit nonce and the webhook id as associated
 * data, so that a sealed text copied to another webhook does not open there.
 * Form: `v1.<key id>.<base64url of nonce, tag and ciphertext>`.
 */
export class SecretBox {
  readonly #keyring: Keyring;

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  /** Seals with the keyring's first key. The same text sealed twice differs. */
  seal(plain: string, webhookId: string): string {
    const keyId = this.#keyring.writingKeyId;
    const key = this.#keyring.keys.get(keyId);
    if (key === undefined) throw new Error(`The keyring lacks its writing key ${keyId}`);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher: CipherGCM = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(webhookId));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    const box = Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    return `${FORM}.${keyId}.${box.toString('base64url')}`;
  }

  /** Opens what any key of the ring sealed for this webhook. `tampered` also for another webhook's text. */
  open(sealed: string, webhookId: string): Opened {
    const [form, keyId, encoded, ...rest] = sealed.split('.');
    if (form !== FORM || keyId === undefined || encoded === undefined || rest.length > 0) return { kind: 'tampered' };
    const key = this.#keyring.keys.get(keyId);
    if (key === undefined) return { kind: 'unknown-key', keyId };
    const box = Buffer.from(encoded, 'base64url');
    if (box.length < NONCE_BYTES + TAG_BYTES) return { kind: 'tampered' };
    const decipher = createDecipheriv(CIPHER, key, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(webhookId))
      .setAuthTag(box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      const opened = Buffer.concat([decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      return { kind: 'opened', plain: opened.toString('utf8') };
    } catch {
      return { kind: 'tampered' };
    }
  }
}

/** The id of the key a sealed text was sealed with, without opening it; undefined when it is no sealed text. */
export function keyIdOf(sealed: string): string | undefined {
  const [form, keyId, encoded] = sealed.split('.');
  return form === FORM && encoded !== undefined ? keyId : undefined;
}
