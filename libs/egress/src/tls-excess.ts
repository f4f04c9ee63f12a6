import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ConnectError } from './connect-error.ts';
import { TLS_EXCESS } from './failure-table.ts';

const LOOK_EVERY_MS = 500;
/** Between two looks so many bytes may be read beside what is said through TLS … */
const MOST_BYTES = 32 * 1024;
/** … and so many for each byte that is said: a record of a single byte is 22 to 85 bytes long, by version and cipher. */
const MOST_BYTES_PER_BYTE = 100;
/** Sessions of a connection that are kept. */
const KEPT_SESSIONS = 8;
/** Sessions, and wishes to begin anew: servers have two of them or so, and some more over time when their keys change. */
const MOST_EXTRAS = 16;

interface Watched {
  readonly tcp: Socket;
  readonly tls: TLSSocket;
  readBytes: number;
  saidBytes: number;
}

/**
 * Bounds what servers say by TLS itself. Sessions, changes of keys, wishes to begin anew and padding cost CPU and say nothing
 * that the bounds of an answer would count. Who has too much of it is closed: the socket fails by {@link TLS_EXCESS}.
 */
export class TlsExcess {
  readonly #watched = new Set<Watched>();
  #looking: NodeJS.Timeout | undefined;

  /**
   * To be called before TLS is set up; what that takes has bounds of its own.
   *
   * @param tcp the socket below `tls`.
   * @param onSession takes those sessions that are worth keeping.
   */
  watch(tcp: Socket, tls: TLSSocket, onSession: (session: Buffer) => void): void {
    let extras = 0;
    const count = (): void => {
      if (++extras > MOST_EXTRAS && !tls.destroyed) close(tls);
    };
    tls.on('session', (session: Buffer) => {
      count();
      if (extras <= KEPT_SESSIONS) onSession(session);
    });
    tls.once('secureConnect', () => {
      // Emitted again where the server asks for a handshake anew, though that is refused.
      tls.on('secureConnect', count);
      const watched = { tcp, tls, readBytes: tcp.bytesRead, saidBytes: tls.bytesRead };
      this.#watched.add(watched);
      tls.once('close', () => this.#forget(watched));
      // Nothing tells of a change of keys: only that bytes are read and none comes out.
      this.#looking ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
    });
  }

  #look(): void {
    for (const watched of this.#watched) {
      const { tcp, tls } = watched;
      const { bytesRead: readBytes } = tcp;
      const { bytesRead: saidBytes } = tls;
      const most = MOST_BYTES + MOST_BYTES_PER_BYTE * (saidBytes - watched.saidBytes);
      if (readBytes - watched.readBytes > most) close(tls);
      watched.readBytes = readBytes;
      watched.saidBytes = saidBytes;
    }
  }

  #forget(watched: Watched): void {
    this.#watched.delete(watched);
    if (this.#watched.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
  }
}

function close(tls: TLSSocket): void {
  tls.destroy(new ConnectError(TLS_EXCESS));
}
