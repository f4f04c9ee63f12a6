/** `refused`: the issuer said no; `not-begun`: an answer to a sign-in that this tab knows nothing of; `no-issuer`: there is none. */
export type SignInFault = 'refused' | 'not-begun' | 'no-issuer';

/** Why a sign-in at the issuer came to nothing; what it means is said by the catalogue. */
export class SignInError extends Error {
  override readonly name = 'SignInError';

  constructor(
    readonly fault: SignInFault,
    /** In the issuer's own words; empty where it has none. */
    message = '',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
