import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { IDENTITY_HEADER, issueIdentity } from '@signalbox/identity';
import type { IdentityKey } from '@signalbox/identity';
import CircuitBreaker from 'opossum';
import type { MonitoringGateway, PassedAnswer, PassedRequest } from '../../application/monitoring-gateway.port.ts';

export interface MonitoringGatewayOptions {
  /** Without a slash at the end. */
  readonly url: string;
  readonly identityKey: IdentityKey;
  /** Until the head of the answer; default 10,000. */
  readonly headTimeoutMs?: number;
  readonly onUnavailable: (error: unknown) => void;
}

/** Passes calls on to monitoring, with who calls vouched for, and gives back its answers as they come. */
export class HttpMonitoringGateway implements MonitoringGateway {
  readonly #options: MonitoringGatewayOptions;
  readonly #base: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #breaker: CircuitBreaker<[PassedRequest], PassedAnswer>;

  constructor(options: MonitoringGatewayOptions) {
    this.#options = options;
    this.#base = new URL(options.url);
    this.#agent = new (this.#isTls() ? HttpsAgent : HttpAgent)({ keepAlive: true });
    this.#breaker = new CircuitBreaker(async (request: PassedRequest) => this.#open(request), {
      // The head has a deadline of its own, which also ends the call.
      timeout: false,
      errorThresholdPercentage: 50,
      volumeThreshold: 5,
      resetTimeout: 2_000,
    });
  }

  async pass(request: PassedRequest): Promise<PassedAnswer | 'unavailable'> {
    try {
      return await this.#breaker.fire(request);
    } catch (error) {
      this.#options.onUnavailable(error);
      return 'unavailable';
    }
  }

  close(): void {
    this.#breaker.shutdown();
    this.#agent.destroy();
  }

  async #open(request: PassedRequest): Promise<PassedAnswer> {
    const identity = await issueIdentity(this.#options.identityKey, request.caller, 'monitoring');
    const send = async (): Promise<IncomingMessage> => this.#send(request, identity);
    const answer = await send().catch(async (error: unknown) => {
      // Monitoring closed an idle connection just as it was used again. Nothing was done, so it is asked once more.
      if (request.method === 'GET' && error instanceof StaleConnection) return send();
      throw error;
    });
    return { status: answer.statusCode ?? 502, headers: endToEnd(answer), body: answer };
  }

  async #send(request: PassedRequest, identity: string): Promise<IncomingMessage> {
    const { body } = request;
    const options: RequestOptions = {
      method: request.method,
      protocol: this.#base.protocol,
      hostname: this.#base.hostname.replace(/^\[|\]$/g, ''),
      port: this.#base.port,
      path: `${this.#base.pathname.replace(/\/$/, '')}${request.path}`,
      agent: this.#agent,
      headers: {
        ...request.headers,
        [IDENTITY_HEADER]: identity,
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      },
    };
    const { headTimeoutMs = 10_000 } = this.#options;
    return new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = (this.#isTls() ? httpsRequest : httpRequest)(options);
      const timer = setTimeout(() => outgoing.destroy(new Error('monitoring did not answer in time')), headTimeoutMs);
      outgoing.once('response', (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      // Stays: a stream that breaks later reports here too, and unheard it would end the process.
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        const isStale = outgoing.reusedSocket && error.code === 'ECONNRESET';
        reject(isStale ? new StaleConnection('a kept connection was closed', { cause: error }) : error);
      });
      outgoing.end(body);
    });
  }

  #isTls(): boolean {
    return this.#base.protocol === 'https:';
  }
}

class StaleConnection extends Error {}

/** RFC 9110, section 7.6.1: what belongs to the connection between the two of us. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function endToEnd(answer: IncomingMessage): PassedAnswer['headers'] {
  const kept = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.has(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
