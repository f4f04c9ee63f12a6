import { Socket } from 'node:net';
import { Client } from 'pg';
import type { ClientConfig } from 'pg';

export interface BoundedClientOptions extends ClientConfig {
  /** The longest silence of the server while a statement runs; longer than its statement timeout. Undefined: no bound. */
  readonly answerTimeoutMs?: number;
}

const KEEP_ALIVE_AFTER_MS = 10_000;
const END_TIMEOUT_MS = 2_000;

/**
 * A pg client that waits for nobody for ever. A server can vanish without a word (a host that lost its power, a firewall
 * that forgot the connection), and then TCP alone would hold a connection, and whoever waits for it, for 15 minutes. Here
 * the socket is destroyed when a statement or the goodbye takes too long; pg's own `query_timeout` would reject the
 * statement and leave the stuck connection in the pool.
 */
export class BoundedClient extends Client {
  readonly #socket: Socket;
  #deadline: NodeJS.Timeout | undefined;

  constructor(options: BoundedClientOptions) {
    const socket = new Socket();
    super({
      ...options,
      stream: () => socket,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    });
    this.#socket = socket;
    const { answerTimeoutMs } = options;
    if (answerTimeoutMs !== undefined) this.#boundStatements(answerTimeoutMs);
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    const timer = setTimeout(() => this.#socket.destroy(), END_TIMEOUT_MS).unref();
    this.#socket.once('close', () => clearTimeout(timer));
    if (callback === undefined) return super.end();
    super.end(callback);
  }

  #boundStatements(timeoutMs: number): void {
    const query = this.query.bind(this) as (...statement: readonly unknown[]) => unknown;
    const clear = (): void => clearTimeout(this.#deadline);
    // Wrapped as a value: the forms of `query` are many, and all that matters is when one begins and when all have ended.
    this.query = ((...statement: readonly unknown[]) => {
      clear();
      const giveUp = (): unknown => this.#socket.destroy(new SilentServer(timeoutMs));
      // A statement on a connection that is closed already is refused without a `drain`.
      this.#deadline = setTimeout(giveUp, timeoutMs).unref();
      return query(...statement);
    }) as typeof this.query;
    this.on('drain', clear);
    this.#socket.once('close', clear);
  }
}

/** The code is that of a connection which timed out, as it would be if TCP gave up earlier. */
class SilentServer extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(timeoutMs: number) {
    super(`Postgres has not answered for ${timeoutMs} ms`);
    this.name = 'SilentServer';
  }
}
