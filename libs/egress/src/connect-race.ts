import type { NetConnectOpts, Socket } from 'node:net';
import { connect } from 'node:net';

/** Takes the first `length` bytes; they are overwritten afterwards. */
export type OnBytes = (bytes: Buffer, length: number) => void;

/** After this long without a connection the next address is tried as well (RFC 8305, section 5). */
const NEXT_ADDRESS_MS = 250;
/** More addresses than this are not tried by one attempt: each costs a socket. */
const MAX_ADDRESSES = 6;
/**
 * What every socket is read into that is not handed to TLS: each piece is dealt with before the next one is read. A buffer
 * of its own for each piece, and the streams between, cost a delivery more than reading its answer does.
 */
const READ_BUFFER = Buffer.alloc(64 * 1024);

/**
 * Connects to the first of the addresses that accepts. They are literal and judged already; nothing is looked up here.
 * `done` is called once, unless the race is cancelled; with the first error when no address accepted.
 */
export class ConnectRace {
  readonly #addresses: readonly string[];
  readonly #port: number;
  readonly #onBytes: OnBytes | undefined;
  readonly #done: (error: Error | null, socket: Socket | null) => void;
  readonly #running = new Set<Socket>();
  #next = 0;
  #firstError: Error | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param onBytes takes what is read from the socket that wins; without it the socket emits `data`. */
  constructor(
    addresses: readonly string[],
    port: number,
    onBytes: OnBytes | undefined,
    done: (error: Error | null, socket: Socket | null) => void,
  ) {
    this.#addresses = addresses.slice(0, MAX_ADDRESSES);
    this.#port = port;
    this.#onBytes = onBytes;
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
    const socket = connect({ host: address, port: this.#port, noDelay: true, keepAlive: true, ...this.#reading() });
    this.#running.add(socket);
    const lose = (error: Error): void => this.#lose(socket, error);
    // It stays on losers: what happens to them after the race must not end the process.
    socket.on('error', lose);
    socket.once('connect', () => this.#win(socket, lose));
    if (this.#next < this.#addresses.length) this.#timer = setTimeout(() => this.#tryNext(), NEXT_ADDRESS_MS);
  }

  #reading(): Pick<NetConnectOpts, 'onread'> {
    const onBytes = this.#onBytes;
    if (onBytes === undefined) return {};
    const callback = (length: number): boolean => {
      onBytes(READ_BUFFER, length);
      return true;
    };
    return { onread: { buffer: READ_BUFFER, callback } };
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
