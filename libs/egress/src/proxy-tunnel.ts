import type { LookupFunction, Socket } from 'node:net';
import { connect, isIPv6 } from 'node:net';
import { ConnectError } from './connect-error.ts';
import type { Dial, DialAddress, OnBytes } from './connect-race.ts';
import type { Failure } from './failure-table.ts';
import { proxyFailure, tunnelFault, tunnelRefusal } from './failure-table.ts';
import type { ForwardProxy } from './forward-proxy.ts';
import type { ProxyHealth } from './proxy-health.ts';

/** A forward proxy, and what is known of it in this process. */
export interface ProxyRoute {
  readonly proxy: ForwardProxy;
  /** Of the proxy's own name. */
  readonly lookup: LookupFunction;
  readonly health: ProxyHealth;
}

/** Of a proxy's answer, as of an endpoint's. */
const MAX_HEAD_BYTES = 16 * 1024;
const HEAD_END = '\r\n\r\n';
const STATUS_LINE = /^HTTP\/1\.[01] ([2-5]\d\d)(?: |\r)/;

/**
 * Connects by tunnels of the proxy (RFC 9110, section 9.3.6). It is asked for the address, never for a name: what the name
 * resolves to was judged here, and would not be there. Errors are {@link ConnectError}s.
 *
 * @param onBytes takes what is read from the tunnel; without it the socket emits `data`.
 * @param onReached runs when the proxy has accepted a connection: what takes its time now may be the endpoint.
 */
export function dialThrough(
  route: ProxyRoute,
  { origin, port }: { readonly origin: string; readonly port: number },
  onBytes: OnBytes | undefined,
  onReached: () => void,
): DialAddress {
  return (address, done) => {
    const authority = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
    return new ProxyTunnel(route, origin, authority, onReached, (error, socket) => {
      if (socket !== null && onBytes !== undefined) {
        socket.on('data', (chunk: Buffer) => onBytes(chunk, chunk.length));
      }
      done(error, socket);
    });
  };
}

/** One tunnel being opened. Its time is bounded by whoever wants it: he cancels it. */
class ProxyTunnel implements Dial {
  readonly #socket: Socket;
  readonly #health: ProxyHealth;
  readonly #origin: string;
  readonly #begunAtMs = performance.now();
  readonly #done: (error: Error | null, socket: Socket | null) => void;
  readonly #onError = (error: Error): void => this.#fail(proxyFailure(error), error);
  readonly #onData = (chunk: Buffer): void => this.#read(chunk);
  readonly #onClose = (): void => this.#fail(tunnelFault('broken'));
  #head = '';
  #isDone = false;

  constructor(
    { proxy, lookup, health }: ProxyRoute,
    origin: string,
    authority: string,
    onReached: () => void,
    done: (error: Error | null, socket: Socket | null) => void,
  ) {
    this.#health = health;
    this.#origin = origin;
    this.#done = done;
    const { hostname, port, authorization } = proxy;
    const socket = connect({ host: hostname, port, noDelay: true, keepAlive: true, lookup });
    this.#socket = socket;
    socket.on('error', this.#onError);
    socket.on('data', this.#onData);
    socket.on('close', this.#onClose);
    socket.once('connect', () => {
      onReached();
      const credentials = authorization === undefined ? '' : `proxy-authorization: ${authorization}\r\n`;
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${credentials}\r\n`);
    });
  }

  cancel(): void {
    this.#isDone = true;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#head += chunk.toString('latin1');
    const end = this.#head.indexOf(HEAD_END);
    const status = STATUS_LINE.exec(this.#head);
    if (status === null && (end >= 0 || this.#head.includes('\n'))) {
      this.#fail(tunnelFault('not-http'));
    } else if (end < 0) {
      if (this.#head.length > MAX_HEAD_BYTES) this.#fail(tunnelFault('head-too-large'));
    } else {
      this.#onAnswer(Number(status?.[1]), this.#head.length > end + HEAD_END.length);
    }
  }

  #onAnswer(statusCode: number, hasMore: boolean): void {
    if (statusCode >= 300) {
      this.#fail(tunnelRefusal(statusCode, this.#health.reachesOthers(this.#origin, this.#begunAtMs)));
      return;
    }
    if (hasMore) {
      this.#fail(tunnelFault('unasked'));
      return;
    }
    const socket = this.#socket;
    socket.off('error', this.#onError);
    socket.off('data', this.#onData);
    socket.off('close', this.#onClose);
    this.#isDone = true;
    this.#health.note(this.#origin);
    this.#done(null, socket);
  }

  /** The listener of errors stays: what happens to the socket from now on must not end the process. */
  #fail(failure: Failure, cause?: unknown): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#socket.destroy();
    this.#done(new ConnectError(failure, cause), null);
  }
}
