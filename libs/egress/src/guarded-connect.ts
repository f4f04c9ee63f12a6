import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { AllowList, EndpointUrl } from '@signalbox/domain';
import { classifyAddress, isLocalhost, localhostAddresses, refusalOf } from '@signalbox/domain';
import { ConnectError } from './connect-error.ts';
import type { OnBytes } from './connect-race.ts';
import { ConnectRace, dialDirectly, NEXT_ADDRESS_MS } from './connect-race.ts';
import type { Failure, Stage } from './failure-table.ts';
import { failureOf, ofOurNetwork, unreachedBy } from './failure-table.ts';
import type { NameResolver } from './name-resolver.port.ts';
import type { NetworkHealth } from './network-health.ts';
import type { ProxyRoute } from './proxy-tunnel.ts';
import { dialThrough } from './proxy-tunnel.ts';
import type { TlsSettings } from './tls-settings.ts';

export interface ConnectSettings {
  readonly resolver: NameResolver;
  readonly allowList: AllowList;
  readonly tls: TlsSettings;
  /** All connections go through it. Default: none. */
  readonly proxy?: ProxyRoute;
  /** What is known of the network where connections are direct. */
  readonly network?: NetworkHealth;
}

export type Connected = (error: ConnectError | null, socket: Socket | null) => void;

/**
 * One connection being made to an endpoint: name → addresses, each judged → TCP → TLS. Invariant 8: what is connected
 * to, or what a forward proxy is asked for, is an address that was judged, never the name, so that a name which resolves
 * otherwise a moment later gains nothing; and one refused address refuses the name, as a host that is public has no
 * private addresses.
 */
export class GuardedConnect {
  stage: Stage = 'dns';
  /** Absent: no name had to be looked up. */
  dnsMs: number | undefined;
  connectMs: number | undefined;
  tlsMs: number | undefined;

  readonly #endpoint: EndpointUrl;
  readonly #settings: ConnectSettings;
  readonly #onBytes: OnBytes;
  readonly #done: Connected;
  #stageBeganAtMs = performance.now();
  #isCancelled = false;
  #race: ConnectRace | undefined;
  #socket: Socket | undefined;

  /**
   * `done` is called once, never before the constructor returns, and not at all when cancelled.
   *
   * @param onBytes takes all that is read from the socket.
   */
  constructor(endpoint: EndpointUrl, settings: ConnectSettings, onBytes: OnBytes, done: Connected) {
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#onBytes = onBytes;
    this.#done = done;
    this.#lookUp();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#race?.cancel();
    this.#socket?.destroy();
  }

  #lookUp(): void {
    const { hostname, isIpLiteral } = this.#endpoint;
    if (isIpLiteral || isLocalhost(hostname)) {
      const addresses = isIpLiteral ? [hostname] : localhostAddresses(this.#settings.allowList, this.#scheme());
      process.nextTick(() => this.#judge(addresses));
      return;
    }
    this.#settings.resolver.lookup(hostname, (result) => {
      this.dnsMs = this.#endStage('connect');
      if (result.kind === 'found') this.#judge(result.addresses);
      else this.#fail({ errorClass: 'dns', message: result.message, isOwnFault: result.isOwnFault });
    });
  }

  #judge(addresses: readonly string[]): void {
    if (this.#isCancelled) return;
    for (const address of addresses) {
      const rule = refusalOf(address, this.#settings.allowList, this.#scheme());
      if (rule === undefined) continue;
      // Which address it was is for our own logs, not for the owner of the URL: it would map our network.
      const message = rule === 'http' ? 'http is not allowed to this host' : `the host is not a public one (${rule})`;
      this.#fail({ errorClass: 'refused-address', message, isOwnFault: false });
      return;
    }
    const { proxy } = this.#settings;
    this.#endStage(proxy === undefined ? 'connect' : 'proxy');
    const { protocol, port, origin } = this.#endpoint;
    const isSecure = protocol === 'https:';
    const onBytes = isSecure ? undefined : this.#onBytes;
    const dial =
      proxy === undefined
        ? dialDirectly(port, onBytes)
        : dialThrough(proxy, { origin, port }, onBytes, () => (this.stage = 'connect'));
    // A proxy tells of a failure itself, and each address costs a connection to it: no two at once.
    const nextAddressMs = proxy === undefined ? NEXT_ADDRESS_MS : Infinity;
    this.#race = new ConnectRace(addresses, nextAddressMs, dial, (error, socket) => {
      if (socket === null) {
        this.#fail(error instanceof ConnectError ? error.failure : this.#failureToConnect(error), error);
        return;
      }
      this.#settings.network?.noteConnected(origin);
      this.connectMs = this.#endStage('tls');
      if (isSecure) this.#secure(socket);
      else this.#succeed(socket);
    });
  }

  #failureToConnect(error: Error | null): Failure {
    const failure = failureOf(error, 'connect');
    const what = unreachedBy(error);
    const { network } = this.#settings;
    if (network === undefined || what === undefined || isRefusalOfThisMachine(error)) return failure;
    const isOurs = network.isToBlame(what, this.#endpoint.origin, this.#stageBeganAtMs);
    return isOurs ? ofOurNetwork(failure) : failure;
  }

  #secure(tcp: Socket): void {
    const { hostname, isIpLiteral, origin } = this.#endpoint;
    const { tls } = this.#settings;
    const session = tls.sessionOf(origin);
    const socket = connectTls({
      socket: tcp,
      host: hostname,
      // RFC 6066, section 3: SNI has neither addresses nor a trailing dot.
      ...(isIpLiteral ? {} : { servername: hostname.endsWith('.') ? hostname.slice(0, -1) : hostname }),
      secureContext: tls.secureContext,
      // Not by default: NODE_TLS_REJECT_UNAUTHORIZED=0, set for something else in this process, would turn it off.
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
      ...(session === undefined ? {} : { session }),
    });
    this.#socket = socket;
    const fail = (error: Error): void => {
      socket.destroy();
      this.#fail(failureOf(error, 'tls'), error);
    };
    socket.on('error', fail);
    tls.excess.watch(tcp, socket, (made) => tls.keepSession(origin, made));
    socket.once('secureConnect', () => {
      if (this.#isCancelled) return;
      socket.off('error', fail);
      this.tlsMs = this.#endStage('exchange');
      this.#succeed(socket);
      socket.on('data', (chunk: Buffer) => this.#onBytes(chunk, chunk.length));
    });
  }

  #succeed(socket: Socket): void {
    this.stage = 'exchange';
    if (this.#isCancelled) socket.destroy();
    else this.#done(null, socket);
  }

  #fail(failure: Failure, cause?: unknown): void {
    if (!this.#isCancelled) this.#done(new ConnectError(failure, cause), null);
  }

  /** Milliseconds since the stage began. */
  #endStage(next: Stage): number {
    const nowMs = performance.now();
    const tookMs = nowMs - this.#stageBeganAtMs;
    this.#stageBeganAtMs = nowMs;
    this.stage = next;
    return tookMs;
  }

  #scheme(): { readonly http: boolean } {
    return { http: this.#endpoint.protocol === 'http:' };
  }
}

/** Nothing but the endpoint's own absence: there is no network on the way. */
function isRefusalOfThisMachine(error: Error | null): boolean {
  const { code, address } = (error ?? {}) as { readonly code?: string; readonly address?: string };
  return code === 'ECONNREFUSED' && address !== undefined && classifyAddress(address) === 'loopback';
}
