import type { SecureContext } from 'node:tls';
import { createSecureContext, getCACertificates } from 'node:tls';

/** TLS sessions kept for resuming; a session is a few KB. */
const MAX_SESSIONS = 1_000;

/** What all connections share: one context (a context of its own would cost each 1–2 MB), and sessions to resume. */
export class TlsSettings {
  readonly secureContext: SecureContext;
  readonly #sessions = new Map<string, Buffer>();

  /** @param ca PEM of authorities to trust beside those that Node trusts. Throws when it is no PEM. */
  constructor(ca?: string | Buffer) {
    const trusted = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] };
    this.secureContext = createSecureContext({ minVersion: 'TLSv1.2', ...trusted });
  }

  sessionOf(origin: string): Buffer | undefined {
    return this.#sessions.get(origin);
  }

  /** Each session is of one origin alone: resuming skips the check of the certificate's name. */
  keepSession(origin: string, session: Buffer): void {
    this.#sessions.delete(origin);
    if (this.#sessions.size >= MAX_SESSIONS) {
      const [oldest] = this.#sessions.keys();
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    this.#sessions.set(origin, session);
  }
}
