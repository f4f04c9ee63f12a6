import type { Socket } from 'node:net';
import type { EndpointUrl } from '@signalbox/domain';
import type { ConnectError, ConnectSettings } from './guarded-connect.ts';
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
  onNotConnected(error: ConnectError): void;
  onBroken(error: Error | undefined): void;
}

/** A connection to one origin, for one attempt at a time; it connects when its first attempt begins. */
export class HttpConnection {
  readonly origin: string;
  /** How its socket came about; taken away once the attempt that waited for it has ended. */
  connecting: GuardedConnect | undefined;
  isIdle = false;
  /** By `performance.now()`: until when it may serve another attempt; 0 before its first one has ended. */
  idleUntilMs = 0;

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

  /** Connects where there is no connection yet, and sends. Nothing of the exchange is called before this returns. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#socket === undefined) this.#connect();
    else this.#send(this.#socket, exchange);
  }

  /** Whether all of the request was taken off our hands. */
  get hasSentAll(): boolean {
    return this.#socket?.writableLength === 0;
  }

  /** The attempt has ended; what comes now is said unasked. */
  release(): void {
    this.#exchange = undefined;
    this.connecting = undefined;
  }

  /** Closes at once, whatever is under way. */
  destroy(): void {
    this.#exchange = undefined;
    this.connecting?.cancel();
    this.#socket?.destroy();
  }

  #connect(): void {
    const onBytes = (bytes: Buffer, length: number): void => this.#onBytes(bytes, length);
    this.connecting = new GuardedConnect(this.#endpoint, this.#settings, onBytes, (error, socket) => {
      const exchange = this.#exchange;
      if (socket === null) {
        if (error !== null) exchange?.onNotConnected(error);
        return;
      }
      this.#socket = socket;
      socket.on('error', (cause) => this.#onClosed(cause));
      socket.on('close', () => this.#onClosed(undefined));
      socket.on('end', () => this.#onEnd());
      if (exchange === undefined) socket.destroy();
      else this.#send(socket, exchange);
    });
  }

  #send(socket: Socket, exchange: Exchange): void {
    if (!exchange.mayStart()) {
      process.nextTick(() => exchange.onNotStarted());
      return;
    }
    socket.write(exchange.encoded);
    exchange.onSent();
  }

  #onBytes(bytes: Buffer, length: number): void {
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
