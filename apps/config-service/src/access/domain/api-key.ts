import { createHash } from 'node:crypto';
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
}

export function hashOfApiKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

export function prefixOfApiKey(key: string): string {
  return key.slice(0, SHOWN_LENGTH);
}

export function principalOf(key: ApiKey, nowMs: number): Principal | undefined {
  if (key.revokedAtMs !== null || (key.expiresAtMs !== null && key.expiresAtMs <= nowMs)) return undefined;
  return { tenantId: key.tenantId, actor: `api-key:${key.id}`, scopes: key.scopes };
}

/** The token of `Authorization: Bearer <token>` (RFC 6750, section 2.1); undefined for anything else. */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(authorization ?? '')?.[1];
}
