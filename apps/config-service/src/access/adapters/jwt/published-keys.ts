import { createLocalJWKSet, errors } from 'jose';
import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWSHeaderParameters } from 'jose';

export interface PublishedKeysOptions {
  readonly url: string;
  /** The keys cannot be fetched; those that are known go on. */
  readonly onUnavailable: (error: unknown) => void;
  /** An unknown key id makes us ask again, but no sooner than this after the last time; default 10,000. */
  readonly coolDownMs?: number;
  /** After this the keys are fetched anew beside the calls, so that a withdrawn one is forgotten; default 300,000. */
  readonly maxAgeMs?: number;
  readonly now?: () => number;
}

/** No key has been fetched yet, so that nobody can say whether a token is good. */
export class KeysUnavailable extends Error {
  readonly code = 'service.unavailable';
}

const FETCH_TIMEOUT_MS = 3_000;
const MAX_BYTES = 256 * 1024;

type KeySource = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;

/**
 * The keys of a JWKS (RFC 7517) at a URL. jose's own remote set refuses everything when the keys are old and the URL does
 * not answer; here what was fetched goes on until something else is.
 */
export class PublishedKeys {
  readonly #options: PublishedKeysOptions;
  readonly #now: () => number;
  #keys: KeySource | undefined;
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(options: PublishedKeysOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** As jose asks for it. @throws JWKSNoMatchingKey, KeysUnavailable */
  readonly keyFor: KeySource = async (header, token) => {
    if (this.#keys === undefined) await this.refresh();
    else if (this.#now() - this.#fetchedAtMs > (this.#options.maxAgeMs ?? 300_000)) void this.refresh();
    try {
      return await this.#find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.refresh();
      return this.#find(header, token);
    }
  };

  /** Fetches the keys unless that was tried a moment ago; never rejects. */
  async refresh(): Promise<void> {
    if (this.#fetching === undefined) {
      if (this.#now() - this.#triedAtMs < (this.#options.coolDownMs ?? 10_000)) return;
      this.#triedAtMs = this.#now();
      this.#fetching = this.#fetch().finally(() => (this.#fetching = undefined));
    }
    await this.#fetching;
  }

  async #find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    if (this.#keys === undefined) throw new KeysUnavailable('the keys of the issuer have not been fetched yet');
    return this.#keys(header, token);
  }

  async #fetch(): Promise<void> {
    try {
      const response = await fetch(this.#options.url, {
        headers: { accept: 'application/jwk-set+json, application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      });
      if (response.status !== 200) throw new Error(`the keys' URL answered ${response.status}`);
      this.#keys = createLocalJWKSet(JSON.parse(await textOf(response)) as JSONWebKeySet);
      this.#fetchedAtMs = this.#now();
    } catch (error) {
      this.#options.onUnavailable(error);
    }
  }
}

async function textOf(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > MAX_BYTES) throw new Error(`the keys' URL answered more than ${MAX_BYTES} bytes`);
  }
  return text;
}
