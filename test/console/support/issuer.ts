import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

const AUDIENCE = 'https://signalbox.test/api';
const CLIENT_ID = 'console';
/** A person of the issuer may see everything and change webhooks, and has nothing to do with operations. */
const SCOPES = ['webhooks:read', 'webhooks:write', 'deliveries:read'];

/** A real OpenID provider on loopback. Its sign-in takes any name with any password. */
export class Issuer {
  readonly #server: Server;
  #answer: RequestListener = (_, response) => {
    response.writeHead(503).end();
  };

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** It listens, so that its address is known, and answers once the console's is. */
  static async listen(): Promise<Issuer> {
    const issuer = new Issuer();
    issuer.#server.listen(0, '127.0.0.1');
    await once(issuer.#server, 'listening');
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Of config-service. */
  get environment(): Record<string, string> {
    return {
      JWT_ISSUER: this.url,
      JWT_AUDIENCE: AUDIENCE,
      JWT_JWKS_URL: `${this.url}/jwks`,
      JWT_TENANT_CLAIM: 'tenant_id',
      CONSOLE_OIDC_ISSUER: this.url,
      CONSOLE_OIDC_CLIENT_ID: CLIENT_ID,
      CONSOLE_OIDC_SCOPES: ['openid', ...SCOPES].join(' '),
    };
  }

  answerFor(consoleUrl: string): void {
    const provider = new Provider(this.url, {
      clients: [
        {
          client_id: CLIENT_ID,
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code'],
          response_types: ['code'],
          redirect_uris: [new URL('/sign-in/callback', consoleUrl).href],
        },
      ],
      pkce: { required: () => true },
      scopes: ['openid', ...SCOPES],
      clientBasedCORS: () => true,
      extraTokenClaims: () => ({ tenant_id: 'default' }),
      cookies: { keys: ['a-key-for-the-cookies-of-a-test'] },
      features: {
        devInteractions: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => AUDIENCE,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({ scope: SCOPES.join(' '), audience: AUDIENCE, accessTokenFormat: 'jwt' }),
        },
      },
    });
    const answer = provider.callback();
    this.#answer = (request, response) => void answer(request, response);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
