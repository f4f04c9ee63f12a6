import type { Principal } from '../domain/principal.ts';

/** Knows one kind of credential. */
export interface CredentialVerifier {
  /** Undefined for one that is unknown, expired, revoked or forged. Rejects when it could not be looked up. */
  verify(token: string, nowMs: number): Promise<Principal | undefined>;
}
