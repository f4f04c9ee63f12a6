const KEY = 'signalbox.signed-in-by-oidc';

/** Whether this tab was signed in by the issuer before it was loaded anew: then it goes there by itself. */
export const wasSignedInHere = (): boolean => sessionStorage.getItem(KEY) !== null;

/** No credential: only that there was one. */
export const rememberSignIn = (): void => sessionStorage.setItem(KEY, '1');

export const forgetSignIn = (): void => sessionStorage.removeItem(KEY);
