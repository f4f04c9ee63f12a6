import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK, JWTPayload } from 'jose';

export interface IssuedKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** An undefined one is left out. */
export type Claims = Readonly<Record<string, unknown>>;

/** An identity provider as far as its tokens go: it signs them, and publishes its keys over real HTTP. */
export class TokenIssuer {
  readonly issuer = 'https://issuer.test/oidc';
  readonly audience = 'https://signalbox.test/api';
  /** What the URL answers with. */
  published: readonly JWK[] = [];
  asked = 0;
  answer: RequestListener = (_, response) => {
    response.setHeader('content-type', 'application/jwk-set+json');
    response.end(JSON.stringify({ keys: this.published }));
  };
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked++;
      this.answer(request, response);
    });
  }

  get jwksUrl(): string {
    return `http://127.0.0.1:${this.#port}/jwks`;
  }

  get environment(): Record<string, string> {
    return { JWT_ISSUER: this.issuer, JWT_AUDIENCE: this.audience, JWT_JWKS_URL: this.jwksUrl };
  }

  /** On the same port again after `leave`. */
  async listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async leave(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async newKey(kid: string, alg = 'ES256'): Promise<IssuedKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
  }

  /** A token that is right in everything; `claims` are put over its own. */
  async token(key: IssuedKey, claims: Claims = {}): Promise<string> {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const payload: JWTPayload = {
      iss: this.issuer,
      aud: this.audience,
      sub: 'user-1',
      iat: nowSeconds,
      exp: nowSeconds + 300,
      tenant_id: 'acme',
      scope: 'openid webhooks:read',
      ...claims,
    };
    return new SignJWT(payload).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(key.privateKey);
  }
}
