import { hash } from 'node:crypto';
import type { Principal, Scope } from './principal.ts';

/** Beside a prefix in the clear and a fast hash, the rest of a shorter one could be found by trying. */
export const MIN_API_KEY_LENGTH = 32;
const SHOWN_LENGTH = 6;

/** A key as it is kept: enough to recognise it, not enough to use it. */
export interface ApiKey {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  /** The key's first characters, for people who look for it in a list. */
  readonly prefix: string;
  /** SHA-256 of the whole key. Keys are random, so that a slow hash would protect nothing. */
  readonly hash: Buffer;
  readonly scopes: readonly Scope[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
  /** Up to a minute late. */
  readonly lastUsedAtMs: number | null;
}

export function hashOfApiKey(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}

export function prefixOfApiKey(key: string): string {
  return key.slice(0, SHOWN_LENGTH);
}

const MADE_KEY_ID = /^[0-9a-f]{12}$/;

export function isMadeKeyId(text: string): boolean {
  return MADE_KEY_ID.test(text);
}

/**
 * A key that was not there before: `sbk_<id>_<256 random bits>`. What is shown of it in a list is its id, and nothing of
 * what is secret in it. `random` answers that many random bytes.
 */
export function newApiKey(random: (bytes: number) => Buffer): {
  readonly id: string;
  readonly prefix: string;
  readonly secret: string;
} {
  const id = random(6).toString('hex');
  const prefix = `sbk_${id}`;
  return { id, prefix, secret: `${prefix}_${random(32).toString('base64url')}` };
}

export function isInForce(key: ApiKey, nowMs: number): boolean {
  return key.revokedAtMs === null && (key.expiresAtMs === null || key.expiresAtMs > nowMs);
}

export function principalOf(key: ApiKey, nowMs: number): Principal | undefined {
  if (!isInForce(key, nowMs)) return undefined;
  return { tenantId: key.tenantId, actor: `api-key:${key.id}`, scopes: key.scopes };
}

/** The token of `Authorization: Bearer <token>` (RFC 6750, section 2.1); undefined for anything else. */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,8192})$/i.exec(authorization ?? '')?.[1];
}
