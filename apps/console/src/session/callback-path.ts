/** Where an issuer sends people back to; to be registered there. */
export const CALLBACK_PATH = '/sign-in/callback';
