import type { EndpointUrl } from '@signalbox/domain';
import type { ConnectSettings } from './guarded-connect.ts';
import { HttpConnection } from './http-connection.ts';

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
export class ConnectionPool {
  readonly #settings: PoolSettings;
  readonly #idleByOrigin = new Map<string, HttpConnection[]>();
  /** In the order in which they became idle. */
  readonly #idle = new Set<HttpConnection>();
  readonly #sweepEveryMs: number;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#sweepEveryMs = Math.min(LONGEST_SWEEP_MS, Math.ceil(settings.keepAliveMs / 4));
  }

  /** The connection used last, so that those not needed any more stay idle and are closed; or a new one. */
  take(endpoint: EndpointUrl): HttpConnection {
    const idle = this.#idleByOrigin.get(endpoint.origin);
    for (let connection = idle?.pop(); connection !== undefined; connection = idle?.pop()) {
      connection.isIdle = false;
      this.#idle.delete(connection);
      if (connection.idleUntilMs > performance.now()) return connection;
      connection.destroy();
    }
    return new HttpConnection(endpoint, this.#settings, (ended) => this.discard(ended));
  }

  /**
   * Its attempt has ended well; the connection may serve another one.
   *
   * @param staysOpenMs how long the server keeps it, where it has said so.
   */
  release(connection: HttpConnection, staysOpenMs = Infinity): void {
    const forMs = Math.min(this.#settings.keepAliveMs, staysOpenMs - MARGIN_MS);
    if (forMs <= 0) {
      connection.destroy();
      return;
    }
    connection.release();
    connection.idleUntilMs = performance.now() + forMs;
    const idle = this.#idleByOrigin.get(connection.origin);
    if (idle === undefined) this.#idleByOrigin.set(connection.origin, [connection]);
    else idle.push(connection);
    connection.isIdle = true;
    this.#idle.add(connection);
    if (this.#idle.size > this.#settings.maxIdle) {
      const [longest] = this.#idle;
      if (longest !== undefined) this.discard(longest);
    }
    this.#sweeping ??= setInterval(() => this.#sweep(), this.#sweepEveryMs);
  }

  /** Closes the connection at once, whatever is under way on it. */
  discard(connection: HttpConnection): void {
    this.#forget(connection);
    connection.destroy();
  }

  closeIdle(): void {
    for (const connection of this.#idle) this.discard(connection);
    this.#sweep();
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.#idle) if (connection.idleUntilMs <= nowMs) this.discard(connection);
    for (const [origin, idle] of this.#idleByOrigin) if (idle.length === 0) this.#idleByOrigin.delete(origin);
    if (this.#idle.size > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  #forget(connection: HttpConnection): void {
    if (!connection.isIdle) return;
    connection.isIdle = false;
    this.#idle.delete(connection);
    const idle = this.#idleByOrigin.get(connection.origin);
    const index = idle?.indexOf(connection) ?? -1;
    if (idle === undefined || index < 0) return;
    idle.splice(index, 1);
  }
}
