import type { ConnectionSeeker } from './connection-seeker.ts';
import type { ConnectError } from './connect-error.ts';
import type { ConnectSettings } from './guarded-connect.ts';
import type { HttpConnection } from './http-connection.ts';
import { OpeningPace } from './opening-pace.ts';
import type { OriginOwner } from './origin-connections.ts';
import { OriginConnections } from './origin-connections.ts';

export interface PoolSettings extends ConnectSettings {
  /** An idle connection is closed after this, or earlier when the server's `keep-alive` header says so. */
  readonly keepAliveMs: number;
  /** Beyond it the connection that has been idle the longest is closed. */
  readonly maxIdle: number;
}

/** So much earlier than the server is the connection given up: a request must not cross with its closing. */
const MARGIN_MS = 1_000;
const LONGEST_SWEEP_MS = 1_000;

/**
 * Connections by origin, as many as there are attempts under way: many customers share one origin (a hosting or
 * automation platform), so a pool with a bound would let one of them make all others wait (invariant 4).
 */
export class ConnectionPool implements OriginOwner {
  readonly settings: PoolSettings;
  readonly pace = new OpeningPace();
  readonly #origins = new Map<string, OriginConnections>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<HttpConnection>();
  readonly #sweepEveryMs: number;
  #sweeping: NodeJS.Timeout | undefined;
  #closing: ConnectError | undefined;

  constructor(settings: PoolSettings) {
    this.settings = settings;
    this.#sweepEveryMs = Math.min(LONGEST_SWEEP_MS, Math.ceil(settings.keepAliveMs / 4));
  }

  /**
   * Gives it the connection used last, so that those not needed any more stay idle and are closed; or another one, as soon as
   * there is one. `isNew`: none that is idle now.
   */
  serve(seeker: ConnectionSeeker, isNew = false): void {
    if (this.#closing !== undefined) {
      seeker.onNotConnected(this.#closing);
      return;
    }
    const { origin } = seeker.endpoint;
    let connections = this.#origins.get(origin);
    if (connections === undefined) this.#origins.set(origin, (connections = new OriginConnections(origin, this)));
    connections.serve(seeker, isNew);
  }

  /** It wants no connection any more. */
  leave(seeker: ConnectionSeeker): void {
    this.#origins.get(seeker.endpoint.origin)?.leave(seeker);
  }

  /**
   * Its attempt has ended; the connection may serve another one.
   *
   * @param staysOpenMs how long the server keeps it, where it has said so.
   */
  release(connection: HttpConnection, staysOpenMs = Infinity): void {
    const forMs = Math.min(this.settings.keepAliveMs, staysOpenMs - MARGIN_MS);
    if (forMs <= 0 || this.#closing !== undefined) {
      this.#close(connection);
      return;
    }
    connection.release();
    if (connection.hasSentAll) {
      this.#keep(connection, forMs);
      return;
    }
    setImmediate(() => this.#keep(connection, forMs));
    this.#origins.get(connection.origin)?.expectIdle();
  }

  /** Keeps and opens nothing any more; who waits for a connection is told why there will be none. */
  close(reason: ConnectError): void {
    this.#closing = reason;
    for (const connection of this.#idle) this.#close(connection);
    for (const connections of this.#origins.values()) connections.refuse(reason);
    this.#sweep();
  }

  onIdle(connection: HttpConnection): void {
    this.release(connection);
  }

  onTaken(connection: HttpConnection): boolean {
    this.#idle.delete(connection);
    return connection.idleUntilMs > performance.now();
  }

  onEndedIdle(connection: HttpConnection): void {
    this.#close(connection);
  }

  onUnused(origin: string, connections: OriginConnections): void {
    // Who was told that there is none may have come again at once, to a successor.
    if (this.#origins.get(origin) === connections) this.#origins.delete(origin);
  }

  /** Not after an answer that came before all of the request had gone: the rest would be read as the next request. */
  #keep(connection: HttpConnection, forMs: number): void {
    if (!connection.hasSentAll || this.#closing !== undefined) {
      this.#close(connection);
      return;
    }
    connection.idleUntilMs = performance.now() + forMs;
    this.#idle.add(connection);
    this.#origins.get(connection.origin)?.addIdle(connection);
    if (this.#idle.size > this.settings.maxIdle) {
      const [longest] = this.#idle;
      if (longest !== undefined) this.#close(longest);
    }
    this.#sweeping ??= setInterval(() => this.#sweep(), this.#sweepEveryMs);
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.#idle) if (connection.idleUntilMs <= nowMs) this.#close(connection);
    if (this.#idle.size > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  /** At once, whatever is under way on it. */
  #close(connection: HttpConnection): void {
    this.#idle.delete(connection);
    this.#origins.get(connection.origin)?.close(connection);
  }
}
