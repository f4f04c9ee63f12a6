import * as oauth from 'oauth4webapi';
import { api, bodyOf, type Schemas } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { CALLBACK_PATH } from './callback-path.ts';
import { rememberSignIn } from './returning.ts';
import { session } from './session.ts';
import { SignInError } from './sign-in-error.ts';

export type OidcConfig = NonNullable<Schemas['ConsoleConfig']['oidc']>;

const STARTED_KEY = 'signalbox.sign-in';
const MS_PER_SECOND = 1_000;
const REFRESH_BEFORE_SECONDS = 30;
/** A browser takes what is longer for no time at all. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** What must outlive the way to the issuer and back; none of it is a credential. */
interface Started {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly returnTo: string;
}

/**
 * Goes to the issuer: authorization code with PKCE (RFC 7636).
 * @throws where the issuer cannot be reached, or is not what it says
 */
export async function beginSignIn(config: OidcConfig): Promise<void> {
  const server = await discover(config);
  const started: Started = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    returnTo: location.pathname === CALLBACK_PATH ? '/' : `${location.pathname}${location.search}`,
  };
  sessionStorage.setItem(STARTED_KEY, JSON.stringify(started));
  const url = new URL(server.authorization_endpoint ?? '');
  const parameters = {
    client_id: config.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: config.scopes.join(' '),
    code_challenge: await oauth.calculatePKCECodeChallenge(started.verifier),
    code_challenge_method: 'S256',
    state: started.state,
    nonce: started.nonce,
    ...(config.resource !== undefined && { resource: config.resource }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

/**
 * Ends what `beginSignIn` began, on the page that the issuer sent back to. Resolves to where the person was going.
 * @throws SignInError where the issuer refused, or the answer is not to a sign-in that began in this tab
 * @throws ApiError where the API does not take the token
 */
export async function endSignIn(config: OidcConfig): Promise<string> {
  const text = sessionStorage.getItem(STARTED_KEY);
  sessionStorage.removeItem(STARTED_KEY);
  if (text === null) throw new SignInError('not-begun');
  const started = JSON.parse(text) as Started;
  const server = await discover(config);
  const client = { client_id: config.clientId };
  const parameters = answerOf(server, client, started.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri(),
    started.verifier,
    { ...insecureOnLoopback(config), ...resourceOf(config) },
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: started.nonce,
    requireIdToken: true,
  });
  await ensureTaken(tokens.access_token);
  rememberSignIn();
  take(config, server, tokens);
  return started.returnTo;
}

function answerOf(server: oauth.AuthorizationServer, client: oauth.Client, state: string): URLSearchParams {
  try {
    return oauth.validateAuthResponse(server, client, new URL(location.href), state);
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) throw error;
    throw new SignInError('refused', error.error_description ?? error.error, { cause: error });
  }
}

/** A token that the API refuses is no sign-in: remembered as one, it would be fetched again for ever. */
async function ensureTaken(token: string): Promise<void> {
  try {
    await bodyOf(api.GET('/api/me', { headers: { authorization: `Bearer ${token}` } }));
  } catch (error) {
    // Whatever else fails, the page asks again and says so.
    if (error instanceof ApiError && error.kind === 'unauthorized') throw error;
  }
}

function take(config: OidcConfig, server: oauth.AuthorizationServer, tokens: oauth.TokenEndpointResponse): void {
  const { access_token: token, refresh_token: refreshToken, expires_in: seconds } = tokens;
  session.signIn(token, 'oidc');
  if (refreshToken === undefined || seconds === undefined) return;
  const delayMs = Math.min(Math.max(seconds - REFRESH_BEFORE_SECONDS, 1) * MS_PER_SECOND, LONGEST_TIMER_MS);
  setTimeout(() => void refresh(config, server, token, refreshToken), delayMs);
}

/** Without a word when it fails: the next call that is refused asks the person to sign in again. */
async function refresh(
  config: OidcConfig,
  server: oauth.AuthorizationServer,
  token: string,
  refreshToken: string,
): Promise<void> {
  if (session.state.token !== token) return;
  const client = { client_id: config.clientId };
  try {
    const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, {
      ...insecureOnLoopback(config),
      ...resourceOf(config),
    });
    const renewed = await oauth.processRefreshTokenResponse(server, client, response);
    // Who signed out, or in otherwise, meanwhile is not signed in again.
    if (session.state.token === token) take(config, server, { refresh_token: refreshToken, ...renewed });
  } catch {
    // The token that is there still has its last seconds.
  }
}

async function discover(config: OidcConfig): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(config.issuer);
  const response = await oauth.discoveryRequest(issuer, insecureOnLoopback(config));
  return oauth.processDiscoveryResponse(issuer, response);
}

/** Plain http is for an issuer on this machine. */
function insecureOnLoopback({ issuer }: OidcConfig): object {
  const { protocol, hostname } = new URL(issuer);
  const isHere = protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  // oxlint-disable-next-line typescript/no-deprecated -- marked so to stand out, not to go away
  return isHere ? { [oauth.allowInsecureRequests]: true } : {};
}

function resourceOf({ resource }: OidcConfig): { additionalParameters?: Record<string, string> } {
  return resource === undefined ? {} : { additionalParameters: { resource } };
}

const redirectUri = (): string => `${location.origin}${CALLBACK_PATH}`;
