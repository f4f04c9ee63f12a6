import type { Socket } from 'node:net';
import { connect } from 'node:net';

/** After this long without a connection the next address is tried as well (RFC 8305, section 5). */
const NEXT_ADDRESS_MS = 250;
/** More addresses than this are not tried by one attempt: each costs a socket. */
const MAX_ADDRESSES = 6;

/**
 * Connects to the first of the addresses that accepts. They are literal and judged already; nothing is looked up here.
 * `done` is called once, unless the race is cancelled; with the first error when no address accepted.
 */
export class ConnectRace {
  readonly #addresses: readonly string[];
  readonly #port: number;
  readonly #done: (error: Error | null, socket: Socket | null) => void;
  readonly #running = new Set<Socket>();
  #next = 0;
  #firstError: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(addresses: readonly string[], port: number, done: (error: Error | null, socket: Socket | null) => void) {
    this.#addresses = addresses.slice(0, MAX_ADDRESSES);
    this.#port = port;
    this.#done = done;
    this.#tryNext();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#running) socket.destroy();
    this.#running.clear();
  }

  #tryNext(): void {
    clearTimeout(this.#timer);
    const address = this.#addresses[this.#next++];
    if (address === undefined) return;
    const socket = connect({ host: address, port: this.#port, noDelay: true, keepAlive: true });
    this.#running.add(socket);
    const lose = (error: Error): void => this.#lose(socket, error);
    // It stays on losers: what happens to them after the race must not end the process.
    socket.on('error', lose);
    socket.once('connect', () => this.#win(socket, lose));
    if (this.#next < this.#addresses.length) this.#timer = setTimeout(() => this.#tryNext(), NEXT_ADDRESS_MS);
  }

  #win(socket: Socket, lose: (error: Error) => void): void {
    if (!this.#running.delete(socket)) return;
    this.cancel();
    socket.off('error', lose);
    this.#done(null, socket);
  }

  #lose(socket: Socket, error: Error): void {
    if (!this.#running.delete(socket)) return;
    this.#firstError ??= error;
    if (this.#next < this.#addresses.length) this.#tryNext();
    else if (this.#running.size === 0) this.#done(this.#firstError, null);
  }
}
