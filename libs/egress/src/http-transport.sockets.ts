import type { AllowList } from '@signalbox/domain';
import { ConnectionPool } from './connection-pool.ts';
import type { Failure } from './failure-table.ts';
import type { ForwardProxy } from './forward-proxy.ts';
import { ConnectError } from './connect-error.ts';
import type { HttpConnection } from './http-connection.ts';
import type { HttpTransport, PostOutcome, PostRequest } from './http-transport.port.ts';
import type { NameResolver } from './name-resolver.port.ts';
import type { NameResolverOptions } from './name-resolver.cares.ts';
import { CaresNameResolver } from './name-resolver.cares.ts';
import { NetworkHealth } from './network-health.ts';
import type { AttemptOwner } from './post-attempt.ts';
import { ProxyHealth } from './proxy-health.ts';
import { ProxyName } from './proxy-name.ts';
import { PostAttempt } from './post-attempt.ts';
import { encodeRequest } from './request-head.ts';
import { TlsSettings } from './tls-settings.ts';

export interface SocketTransportOptions {
  /** What the operator opened beside public addresses. Default: nothing. */
  readonly allowList?: AllowList;
  /** PEM of authorities to trust beside those that Node trusts. */
  readonly ca?: string | Buffer;
  /** How long an idle connection is kept. Default 45,000. */
  readonly keepAliveMs?: number;
  /** Idle connections kept at most, over all origins. Default 4,096. */
  readonly maxIdleConnections?: number;
  readonly names?: NameResolverOptions;
  /** All connections go through it; names are still looked up, and addresses judged, here. Default: none. */
  readonly proxy?: ForwardProxy;
  /** What is known of the network before the first attempt. Default: nothing. */
  readonly network?: NetworkHealth;
}

/** {@link HttpTransport} by HTTP/1.1 over sockets of its own, behind the guard (docs/adr/0010). */
export class SocketTransport implements HttpTransport, AttemptOwner {
  readonly #resolver: NameResolver;
  readonly #pool: ConnectionPool;
  readonly #proxyHealth = new ProxyHealth();
  readonly #network: NetworkHealth;
  readonly #hasProxy: boolean;
  #underWay = 0;
  #closed: PromiseWithResolvers<void> | undefined;

  constructor(options: SocketTransportOptions = {}) {
    this.#resolver = new CaresNameResolver(options.names);
    const { proxy, network = new NetworkHealth() } = options;
    this.#network = network;
    this.#hasProxy = proxy !== undefined;
    this.#pool = new ConnectionPool({
      resolver: this.#resolver,
      allowList: options.allowList ?? [],
      tls: new TlsSettings(options.ca),
      ...(proxy === undefined
        ? { network }
        : { proxy: { proxy, lookup: new ProxyName().lookup, health: this.#proxyHealth } }),
      keepAliveMs: options.keepAliveMs ?? 45_000,
      maxIdle: options.maxIdleConnections ?? 4_096,
    });
  }

  post(request: PostRequest, done: (outcome: PostOutcome) => void): void {
    if (this.#closed !== undefined) {
      process.nextTick(done, { kind: 'failed', ...CLOSING, timings: { totalMs: 0 } } satisfies PostOutcome);
      return;
    }
    const encoded = encodeRequest(request);
    if (encoded === undefined) {
      process.nextTick(done, UNWRITABLE);
      return;
    }
    this.#underWay++;
    this.#pool.serve(new PostAttempt(request, encoded, this, done));
  }

  onEnded(attempt: PostAttempt, staysOpenMs: number): void {
    this.#underWay--;
    if (attempt.connection === undefined) this.#pool.leave(attempt);
    else this.#pool.release(attempt.connection, staysOpenMs);
    if (this.#underWay === 0) this.#closed?.resolve();
  }

  onSentBack(attempt: PostAttempt, broken: HttpConnection): void {
    this.#pool.release(broken, 0);
    this.#pool.serve(attempt, true);
  }

  onFirstByte(atMs: number): void {
    this.#network.noteAnswer(atMs);
  }

  isSilentAbout(hostname: string): boolean {
    return this.#resolver.isSilentAbout(hostname);
  }

  ownFaultOfSilence(origin: string, sinceMs: number): Failure | undefined {
    if (this.#hasProxy) return this.#proxyHealth.reachesOthers(origin, sinceMs) ? undefined : PROXY_SILENT;
    return this.#network.isToBlame('no-contact', origin, sinceMs) ? NETWORK_SILENT : undefined;
  }

  async close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = Promise.withResolvers();
      this.#pool.close(new ConnectError(CLOSING));
      if (this.#underWay === 0) this.#closed.resolve();
    }
    await this.#closed.promise;
    this.#resolver.close();
  }
}

const UNWRITABLE: PostOutcome = {
  kind: 'failed',
  errorClass: 'protocol',
  message: 'the request cannot be written as HTTP',
  isOwnFault: false,
  timings: { totalMs: 0 },
};

const PROXY_SILENT: Failure = {
  errorClass: 'timeout',
  message: 'the forward proxy has not answered, and has reached no other host either',
  isOwnFault: true,
};

const NETWORK_SILENT: Failure = {
  errorClass: 'timeout',
  message: 'no connection came about, and the sender has reached no other host either',
  isOwnFault: true,
};

const CLOSING: Failure = { errorClass: 'connect', message: 'the sender is closing', isOwnFault: true };
