import type { NetConnectOpts, Socket } from 'node:net';
import { connect } from 'node:net';
import { unreachedBy } from './failure-table.ts';

/** Takes the first `length` bytes; they are overwritten afterwards. */
export type OnBytes = (bytes: Buffer, length: number) => void;

/** Of a direct connection (RFC 8305, section 5). */
export const NEXT_ADDRESS_MS = 250;
/** More addresses than this are not tried by one attempt: each costs a socket. */
const MAX_ADDRESSES = 6;
/**
 * What every socket is read into that is not handed to TLS: each piece is dealt with before the next one is read. A buffer
 * of its own for each piece, and the streams between, cost a delivery more than reading its answer does.
 */
const READ_BUFFER = Buffer.alloc(64 * 1024);

/** A connection that is being made to one address. */
export interface Dial {
  /** Closes it; its `done` may still be called with an error. */
  cancel(): void;
}

/** Begins to connect to an address. `done` is called once, never before this returns. */
export type DialAddress = (address: string, done: (error: Error | null, socket: Socket | null) => void) => Dial;

/** @param onBytes takes what is read from the socket; without it the socket emits `data`. */
export function dialDirectly(port: number, onBytes: OnBytes | undefined): DialAddress {
  return (address, done) => {
    const socket = connect({ host: address, port, noDelay: true, keepAlive: true, ...readingTo(onBytes) });
    const fail = (error: Error): void => done(error, null);
    // It stays on losers: what happens to them after the race must not end the process.
    socket.on('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      done(null, socket);
    });
    return { cancel: () => socket.destroy() };
  };
}

function readingTo(onBytes: OnBytes | undefined): Pick<NetConnectOpts, 'onread'> {
  if (onBytes === undefined) return {};
  const callback = (length: number): boolean => {
    onBytes(READ_BUFFER, length);
    return true;
  };
  return { onread: { buffer: READ_BUFFER, callback } };
}

/**
 * Connects to the first of the addresses that accepts. They are literal and judged already; nothing is looked up here.
 * `done` is called once, unless the race is cancelled; when no address accepted, with the first error that says something of
 * the endpoint, as a machine without IPv6 has no way to every other address.
 */
export class ConnectRace {
  readonly #addresses: readonly string[];
  readonly #dial: DialAddress;
  readonly #done: (error: Error | null, socket: Socket | null) => void;
  readonly #running = new Set<Dial>();
  #next = 0;
  #firstError: Error | undefined;
  readonly #nextAddressMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param nextAddressMs after this long without a connection the next address is tried as well; `Infinity`: only after a failure. */
  constructor(
    addresses: readonly string[],
    nextAddressMs: number,
    dial: DialAddress,
    done: (error: Error | null, socket: Socket | null) => void,
  ) {
    this.#addresses = addresses.slice(0, MAX_ADDRESSES);
    this.#nextAddressMs = nextAddressMs;
    this.#dial = dial;
    this.#done = done;
    this.#tryNext();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    for (const dial of this.#running) dial.cancel();
    this.#running.clear();
  }

  #tryNext(): void {
    clearTimeout(this.#timer);
    const address = this.#addresses[this.#next++];
    if (address === undefined) return;
    const dial = this.#dial(address, (error, socket) => {
      if (!this.#running.delete(dial)) return;
      if (socket === null) this.#lose(error);
      else this.#win(socket);
    });
    this.#running.add(dial);
    if (this.#next === this.#addresses.length || this.#nextAddressMs === Infinity) return;
    this.#timer = setTimeout(() => this.#tryNext(), this.#nextAddressMs);
  }

  #win(socket: Socket): void {
    this.cancel();
    this.#done(null, socket);
  }

  #lose(error: Error | null): void {
    // To one family of addresses there is often no way: what became of the other says more.
    const saysLittle = this.#firstError === undefined || unreachedBy(this.#firstError) === 'no-route';
    if (saysLittle) this.#firstError = error ?? undefined;
    if (this.#next < this.#addresses.length) this.#tryNext();
    else if (this.#running.size === 0) this.#done(this.#firstError ?? null, null);
  }
}
