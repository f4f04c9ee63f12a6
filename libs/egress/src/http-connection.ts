import type { Socket } from 'node:net';
import type { EndpointUrl } from '@signalbox/domain';
import type { ConnectError } from './connect-error.ts';
import type { ConnectSettings } from './guarded-connect.ts';
import { GuardedConnect } from './guarded-connect.ts';

/** What happens to the attempt that has the connection. */
export interface Exchange {
  /** The request as it goes over the wire. */
  readonly encoded: Buffer;
  /** Asked right before the first byte is written. */
  mayStart(): boolean;
  /** Nothing was written; the connection is as good as before. */
  onNotStarted(): void;
  onSent(): void;
  /** The first `length` bytes; they are overwritten afterwards. */
  onBytes(bytes: Buffer, length: number): void;
  /** The other side has sent all it will. */
  onEnd(): void;
  onBroken(error: Error | undefined): void;
}

/** A connection to one origin, for one attempt at a time. */
export class HttpConnection {
  readonly origin: string;
  /** How its socket came about; taken away once its first attempt has ended. */
  connecting: GuardedConnect | undefined;
  /** By `performance.now()`: until when it may serve another attempt; 0 before it was idle for the first time. */
  idleUntilMs = 0;
  /** By `performance.now()`: when it was begun to be made. */
  begunAtMs = 0;

  readonly #endpoint: EndpointUrl;
  readonly #settings: ConnectSettings;
  readonly #onEndedIdle: (connection: HttpConnection) => void;
  #exchange: Exchange | undefined;
  #socket: Socket | undefined;

  /** @param onEndedIdle runs when the other side closes it, or says something unasked, while it is idle. */
  constructor(endpoint: EndpointUrl, settings: ConnectSettings, onEndedIdle: (connection: HttpConnection) => void) {
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#onEndedIdle = onEndedIdle;
    this.origin = endpoint.origin;
  }

  /** `done` is called once, never before this returns, and not at all where it is destroyed first. */
  connect(done: (error: ConnectError | null) => void): void {
    this.begunAtMs = performance.now();
    const onBytes = (bytes: Buffer, length: number): void => this.#onBytes(bytes, length);
    this.connecting = new GuardedConnect(this.#endpoint, this.#settings, onBytes, (error, socket) => {
      if (socket !== null) {
        this.#socket = socket;
        socket.on('error', (cause) => this.#onClosed(cause));
        socket.on('close', () => this.#onClosed(undefined));
        socket.on('end', () => this.#onEnd());
      }
      done(error);
    });
  }

  /** Sends, where it is connected. Of the exchange only `mayStart` and `onSent` are called before this returns. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange;
    if (!exchange.mayStart()) {
      process.nextTick(() => exchange.onNotStarted());
      return;
    }
    this.#socket?.write(exchange.encoded);
    exchange.onSent();
  }

  /** Whether it is open and all that was written was taken off our hands; by TLS that is known a turn of the loop later. */
  get hasSentAll(): boolean {
    return this.#socket?.writableLength === 0 && !this.#socket.destroyed;
  }

  /** No attempt has it; what comes now is said unasked. */
  release(): void {
    this.#exchange = undefined;
    this.connecting = undefined;
  }

  /** Closes at once, whatever is under way. */
  destroy(): void {
    this.#exchange = undefined;
    this.connecting?.cancel();
    if (this.#socket === undefined) return;
    this.#settings.network?.noteReached(this.origin);
    this.#socket.destroy();
  }

  #onBytes(bytes: Buffer, length: number): void {
    this.#settings.proxy?.health.note(this.origin);
    if (this.#exchange === undefined) this.#onEndedIdle(this);
    else this.#exchange.onBytes(bytes, length);
  }

  #onEnd(): void {
    if (this.#exchange === undefined) this.#onEndedIdle(this);
    else this.#exchange.onEnd();
  }

  #onClosed(error: Error | undefined): void {
    if (this.#exchange === undefined) this.#onEndedIdle(this);
    else this.#exchange.onBroken(error);
  }
}
