import type { KeyObject } from 'node:crypto';
import { createHmac, createSecretKey, sign } from 'node:crypto';

/**
 * A signing key's UTF-8 bytes as a `KeyObject`: with a raw key Node 24 imports it anew for every signature, which costs
 * five times the hash of 1 KB.
 */
export function signingKeyOf(text: string): KeyObject {
  return createSecretKey(Buffer.from(text, 'utf8'));
}

/** `logto-signature-sha-256`: lowercase hex of HMAC-SHA-256 over the raw body. */
export function logtoSignature(key: KeyObject, body: Uint8Array): string {
  return createHmac('sha256', key).update(body).digest('hex');
}

/** The keys a delivery is signed with by the Standard Webhooks scheme. */
export interface StandardWebhooksKeys {
  /** Newest first; older ones are in their overlap. */
  readonly hmac: readonly KeyObject[];
  readonly ed25519?: KeyObject;
}

/**
 * `webhook-signature`: `v1,<base64>` for each key, then `v1a,<base64>`, space separated, over `id.timestamp.body`.
 * Standard Webhooks, "Signature scheme". The timestamp is in Unix seconds.
 */
export function standardSignatures(
  keys: StandardWebhooksKeys,
  deliveryId: string,
  timestampSeconds: number,
  body: Uint8Array,
): string {
  const prefix = `${deliveryId}.${timestampSeconds}.`;
  let signatures = '';
  for (const key of keys.hmac) {
    const signature = createHmac('sha256', key).update(prefix).update(body).digest('base64');
    signatures += signatures === '' ? `v1,${signature}` : ` v1,${signature}`;
  }
  if (keys.ed25519 !== undefined) {
    const content = Buffer.concat([Buffer.from(prefix), body]);
    signatures += ` v1a,${sign(null, content, keys.ed25519).toString('base64')}`;
  }
  return signatures;
}

/** The form in which Standard Webhooks libraries take the same key. */
export function standardWebhooksSecret(signingKey: string): string {
  return `whsec_${Buffer.from(signingKey, 'utf8').toString('base64')}`;
}
