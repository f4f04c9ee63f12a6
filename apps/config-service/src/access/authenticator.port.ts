import type { CallOrigin } from './application/caller-address.ts';
import type { Principal } from './domain/principal.ts';

export const AUTHENTICATOR = Symbol('AUTHENTICATOR');

/** What a call shows to say who it is from. */
export interface PresentedCredential {
  /** The header or metadata of that name. */
  readonly authorization: string | undefined;
  /** The header or metadata `development-user-id`; it means something in development mode only. */
  readonly developmentUserId: string | undefined;
  /** Failed tries are counted by it. */
  readonly origin: CallOrigin;
}

export type Authentication =
  | { readonly kind: 'admitted'; readonly principal: Principal }
  /** No credential, a malformed or an unknown one. */
  | { readonly kind: 'refused' }
  /** Too many calls with this credential, or too many failed tries from this address. */
  | { readonly kind: 'limited'; readonly what: 'calls' | 'failures'; readonly retryAfterMs: number };

/** Turns the credential of a call into who calls. */
export interface Authenticator {
  /** Rejects when the credential could not be looked up. */
  authenticate(presented: PresentedCredential): Promise<Authentication>;
  /**
   * Whether the credential of a call that was let in, and goes on, still counts. It is no call: no rate is asked or used.
   * Rejects as `authenticate` does.
   */
  stillCounts(presented: PresentedCredential): Promise<boolean>;
}
