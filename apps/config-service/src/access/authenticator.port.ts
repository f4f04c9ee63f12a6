import type { Principal } from './domain/principal.ts';

export const AUTHENTICATOR = Symbol('AUTHENTICATOR');

/** Turns the credential of a call into who calls. */
export interface Authenticator {
  /**
   * `authorization` is the header or metadata of that name. Undefined for none, a malformed or an unknown one. Rejects when
   * the credential could not be looked up.
   */
  authenticate(authorization: string | undefined): Promise<Principal | undefined>;
}
