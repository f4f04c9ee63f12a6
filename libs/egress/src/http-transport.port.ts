import type { AttemptTimings, ErrorClass } from '@signalbox/contracts';
import type { EndpointUrl } from '@signalbox/domain';

export const HTTP_TRANSPORT = Symbol('HttpTransport');

/** Bytes of an answer that are kept; more are read (see {@link MAX_ANSWER_BYTES}) and dropped. */
export const KEPT_ANSWER_BYTES = 4 * 1024;
/** At this many bytes of an answer the connection is closed; the attempt counts by its status. */
export const MAX_ANSWER_BYTES = 64 * 1024;

export interface PostRequest {
  /** As `checkEndpointUrl` gave it: keep it beside the webhook, so that a URL is parsed once and not at every attempt. */
  readonly endpoint: EndpointUrl;
  /** Name, value, name, value …; `host`, `connection` and `content-length` are added. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** For the whole attempt: name, connection, TLS, answer's headers and body. */
  readonly timeoutMs: number;
  /**
   * Asked right before the first byte is written, on a new connection as on a kept one: what held when `post` was called may
   * not hold any more, as a name, a connection and TLS take their time and the process may have been stopped meanwhile.
   * Where it says no, nothing is written, and the attempt fails by a fault of our own. Default: it may.
   */
  readonly mayStart?: () => boolean;
}

/** There was an answer; whether it is a success is for its status to say. */
export interface Answered {
  readonly kind: 'answered';
  readonly statusCode: number;
  /** The header as sent, where there is one. */
  readonly retryAfter?: string;
  /** The header `webhook-delivery` as sent, where there is one: the receiver steers. */
  readonly webhookDelivery?: string;
  /** The first {@link KEPT_ANSWER_BYTES} of the body, as sent: never decompressed. */
  readonly answer: Buffer;
  readonly timings: AttemptTimings;
}

/** There was no whole answer. */
export interface Failed {
  readonly kind: 'failed';
  readonly errorClass: Exclude<ErrorClass, 'http-status'>;
  /** For people: what happened, and the code under which operators find it. Names no secret. */
  readonly message: string;
  readonly timings: AttemptTimings;
  /** The fault is on our side (no name server answers, no free socket): the endpoint must not be charged for it. */
  readonly isOwnFault: boolean;
  /** The status, when the answer broke off after it. */
  readonly statusCode?: number;
}

export type PostOutcome = Answered | Failed;

/** The only way out to customers. Of everything it refuses to connect to, the reason is `refused-address`. */
export interface HttpTransport {
  /**
   * Makes one attempt. `done` is called exactly once, never before `post` returns, and at the latest when the timeout
   * has passed. A callback, as a promise for each step is what this path cannot afford.
   */
  post(request: PostRequest, done: (outcome: PostOutcome) => void): void;
  /**
   * Takes no more attempts; those that have no connection yet fail by a fault of our own, at once. Resolves when the others have
   * ended.
   */
  close(): Promise<void>;
}
