import { forgetSignIn } from './returning.ts';

/** Where the credential came from: what to do when it ends depends on it. */
export type SignedInBy = 'api-key' | 'oidc';

export interface SessionState {
  /** Lives in this variable and nowhere else: a reload forgets it. */
  readonly token: string | undefined;
  readonly by: SignedInBy | undefined;
  /** The API no longer takes the token; the page stays as it is until somebody signs in again. */
  readonly hasEnded: boolean;
}

const SIGNED_OUT: SessionState = { token: undefined, by: undefined, hasEnded: false };

/** Who is signed in, for the time of one page load. */
class Session {
  #state = SIGNED_OUT;
  readonly #listeners = new Set<() => void>();

  get state(): SessionState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  signIn(token: string, by: SignedInBy): void {
    this.#set({ token, by, hasEnded: false });
  }

  /** For good: an issuer that still knows the person is not gone to by itself. */
  signOut(): void {
    this.#set(SIGNED_OUT);
    forgetSignIn();
  }

  /** `authorization`: what the refused call carried. An answer to an older credential says nothing of the present one. */
  refused(authorization: string | null): void {
    const { token } = this.#state;
    if (token !== undefined && authorization === `Bearer ${token}`) this.#set({ ...this.#state, hasEnded: true });
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

export const session = new Session();
