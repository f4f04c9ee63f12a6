import { constants } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { createSecureContext, getCACertificates } from 'node:tls';
import { TlsExcess } from './tls-excess.ts';

/** TLS sessions kept for resuming. */
const MAX_SESSIONS = 1_000;
/** One is a few KB; how large its ticket and certificate are is for the server to say. */
const MAX_SESSION_BYTES = 16 * 1024;

/** What all connections share: one context (a context of its own would cost each 1–2 MB), and sessions to resume. */
export class TlsSettings {
  readonly secureContext: SecureContext;
  readonly excess = new TlsExcess();
  readonly #sessions = new Map<string, Buffer>();

  /** @param ca PEM of authorities to trust beside those that Node trusts. Throws when it is no PEM. */
  constructor(ca?: string | Buffer) {
    const trusted = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] };
    this.secureContext = createSecureContext({
      minVersion: 'TLSv1.2',
      // By TLS 1.2 a server may ask for a handshake anew as often as it likes, and each would cost as much as a connection.
      secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
      ...trusted,
    });
  }

  sessionOf(origin: string): Buffer | undefined {
    return this.#sessions.get(origin);
  }

  /** Each session is of one origin alone: resuming skips the check of the certificate's name. */
  keepSession(origin: string, session: Buffer): void {
    if (session.length > MAX_SESSION_BYTES) return;
    this.#sessions.delete(origin);
    if (this.#sessions.size >= MAX_SESSIONS) {
      const [oldest] = this.#sessions.keys();
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    this.#sessions.set(origin, session);
  }
}
