import type { EndpointUrl } from '@signalbox/domain';
import { Client } from 'undici';
import type { ConnectSettings } from './guarded-connect.ts';
import { GuardedConnect } from './guarded-connect.ts';

export interface PoolSettings extends ConnectSettings {
  /** An idle connection is closed after this, or earlier when the server's `keep-alive` header says so. */
  readonly keepAliveMs: number;
  /** Beyond it the connection that has been idle the longest is closed. */
  readonly maxIdle: number;
}

/** A connection to one origin, for one attempt at a time; it connects when its first attempt begins. */
export class Connection {
  readonly client: Client;
  readonly origin: string;
  /** How its socket came about; replaced when it has to connect again, taken by the attempt that waited for it. */
  connecting: GuardedConnect | undefined;
  isIdle = false;

  constructor(endpoint: EndpointUrl, settings: PoolSettings) {
    this.origin = endpoint.origin;
    this.client = new Client(endpoint.origin, {
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: settings.keepAliveMs,
      keepAliveMaxTimeout: settings.keepAliveMs,
      keepAliveTimeoutThreshold: 1_000,
      // One timer of the attempt covers all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => {
        this.connecting = new GuardedConnect(endpoint, settings, (error, socket) => {
          if (socket === null) callback(error ?? new Error('no connection'), null);
          else callback(null, socket);
        });
      },
    });
  }
}

/**
 * Connections by origin, as many as there are attempts under way: many customers share one origin (a hosting or
 * automation platform), so a pool with a bound would let one of them make all others wait (invariant 4). Not undici's
 * Pool: that does not tell which attempt a connection is made for, which the attempt's deadline and timings need, and
 * looks through all its connections at each request.
 */
export class ConnectionPool {
  readonly #settings: PoolSettings;
  readonly #idleByOrigin = new Map<string, Connection[]>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<Connection>();

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /** The connection used last, so that those not needed any more stay idle and are closed; or a new one. */
  take(endpoint: EndpointUrl): Connection {
    const idle = this.#idleByOrigin.get(endpoint.origin);
    const connection = idle?.pop();
    if (connection === undefined) return this.#open(endpoint);
    connection.isIdle = false;
    this.#idle.delete(connection);
    return connection;
  }

  /** Its attempt has ended well; the connection may serve another one. */
  release(connection: Connection): void {
    const idle = this.#idleByOrigin.get(connection.origin);
    if (idle === undefined) this.#idleByOrigin.set(connection.origin, [connection]);
    else idle.push(connection);
    connection.isIdle = true;
    this.#idle.add(connection);
    if (this.#idle.size > this.#settings.maxIdle) {
      const [longest] = this.#idle;
      if (longest !== undefined) this.discard(longest);
    }
  }

  /** Closes the connection at once, whatever is under way on it. */
  discard(connection: Connection): void {
    this.#forget(connection);
    connection.connecting?.cancel();
    connection.client.destroy(null, ignore);
  }

  closeIdle(): void {
    for (const connection of this.#idle) this.discard(connection);
  }

  #open(endpoint: EndpointUrl): Connection {
    const connection = new Connection(endpoint, this.#settings);
    // A closed socket leaves nothing worth keeping; while an attempt has it, the attempt decides.
    connection.client.on('disconnect', () => {
      if (connection.isIdle) this.discard(connection);
    });
    return connection;
  }

  #forget(connection: Connection): void {
    if (!connection.isIdle) return;
    connection.isIdle = false;
    this.#idle.delete(connection);
    const idle = this.#idleByOrigin.get(connection.origin);
    const index = idle?.indexOf(connection) ?? -1;
    if (idle === undefined || index < 0) return;
    idle.splice(index, 1);
    if (idle.length === 0) this.#idleByOrigin.delete(connection.origin);
  }
}

function ignore(): void {}
