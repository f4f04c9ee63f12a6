import type { Dispatcher } from 'undici';
import type { Connection } from './connection-pool.ts';
import type { Failure, Stage } from './failure-table.ts';
import { failureOf } from './failure-table.ts';
import { ConnectError } from './guarded-connect.ts';
import type { Answered, PostOutcome, PostRequest } from './http-transport.port.ts';
import { KEPT_ANSWER_BYTES, MAX_ANSWER_BYTES } from './http-transport.port.ts';

type Timings = { -readonly [Step in keyof Answered['timings']]: Answered['timings'][Step] };
type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** What an attempt needs of the transport it belongs to. */
export interface AttemptOwner {
  /** Called once, before `done`; `isReusable` says whether the connection may serve another attempt. */
  onEnded(attempt: PostAttempt, isReusable: boolean): void;
  isSilentAbout(hostname: string): boolean;
}

const DOING: Readonly<Record<Stage, string>> = {
  dns: 'looking up the name',
  connect: 'connecting',
  tls: 'setting up TLS',
  exchange: 'waiting for the answer',
};

const NO_ANSWER = Buffer.alloc(0);

/**
 * One POST from its first step to its outcome; undici's handler of it. One object and one timer per attempt, no
 * closures: this runs for every delivery.
 */
export class PostAttempt implements Dispatcher.DispatchHandler {
  readonly request: PostRequest;
  readonly connection: Connection;
  readonly #owner: AttemptOwner;
  readonly #done: (outcome: PostOutcome) => void;
  readonly #startedAtMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #sentAtMs = 0;
  #firstByteAtMs = 0;
  #statusCode = 0;
  #retryAfter: string | undefined;
  #webhookDelivery: string | undefined;
  #answer = NO_ANSWER;
  #answerBytes = 0;
  #isSettled = false;
  #isDispatched = false;

  constructor(request: PostRequest, connection: Connection, owner: AttemptOwner, done: (outcome: PostOutcome) => void) {
    this.request = request;
    this.connection = connection;
    this.#owner = owner;
    this.#done = done;
    this.#timer = setTimeout(onDeadline, request.timeoutMs, this);
  }

  /** Hands the request to the connection. */
  dispatch(): void {
    const { endpoint, headers, body } = this.request;
    this.connection.client.dispatch(
      { method: 'POST', path: endpoint.path, headers: headers as string[], body, blocking: false },
      this,
    );
    this.#isDispatched = true;
  }

  onRequestStart(): void {
    this.#sentAtMs = performance.now();
  }

  onResponseStarted(): void {
    if (this.#firstByteAtMs === 0) this.#firstByteAtMs = performance.now();
  }

  onResponseStart(_controller: unknown, statusCode: number, headers: AnswerHeaders): void {
    // 1xx are said on the way; the answer is still to come.
    if (statusCode < 200) return;
    this.#statusCode = statusCode;
    this.#retryAfter = firstOf(headers['retry-after']);
    this.#webhookDelivery = firstOf(headers['webhook-delivery']);
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.#isSettled) return;
    const missing = KEPT_ANSWER_BYTES - this.#answer.length;
    if (missing > 0) {
      // A copy: a view would keep the socket's whole read buffer (64 KiB) alive for as long as the fact is under way.
      const kept = chunk.subarray(0, missing);
      this.#answer = this.#answer.length === 0 ? Buffer.from(kept) : Buffer.concat([this.#answer, kept]);
    }
    this.#answerBytes += chunk.length;
    if (this.#answerBytes > MAX_ANSWER_BYTES) this.#settle(this.#answered(), false);
  }

  onResponseEnd(): void {
    if (!this.#isSettled) this.#settle(this.#answered(), true);
  }

  onResponseError(_controller: unknown, error: unknown): void {
    if (this.#isSettled) return;
    this.#fail(error instanceof ConnectError ? error.failure : failureOf(error, this.#stage()));
  }

  onTimeout(): void {
    if (this.#isSettled) return;
    const stage = this.#stage();
    if (stage === 'dns' && this.#owner.isSilentAbout(this.request.endpoint.hostname)) {
      this.#fail({ errorClass: 'dns', message: 'no name server of the sender answers', isOwnFault: true });
      return;
    }
    const message = `no whole answer within ${this.request.timeoutMs} ms (while ${this.#statusCode > 0 ? 'reading the answer' : DOING[stage]})`;
    this.#fail({ errorClass: 'timeout', message, isOwnFault: false });
  }

  #stage(): Stage {
    return this.#sentAtMs > 0 ? 'exchange' : (this.connection.connecting?.stage ?? 'exchange');
  }

  #answered(): Answered {
    return {
      kind: 'answered',
      statusCode: this.#statusCode,
      ...(this.#retryAfter === undefined ? {} : { retryAfter: this.#retryAfter }),
      ...(this.#webhookDelivery === undefined ? {} : { webhookDelivery: this.#webhookDelivery }),
      answer: this.#answer,
      timings: this.#timings(),
    };
  }

  #fail(failure: Failure): void {
    const status = this.#statusCode > 0 ? { statusCode: this.#statusCode } : {};
    this.#settle({ kind: 'failed', ...failure, timings: this.#timings(), ...status }, false);
  }

  #timings(): Timings {
    const timings: Timings = { totalMs: performance.now() - this.#startedAtMs };
    if (this.#firstByteAtMs > 0) timings.firstByteMs = this.#firstByteAtMs - this.#sentAtMs;
    const { connecting } = this.connection;
    if (connecting === undefined) return timings;
    if (connecting.dnsMs !== undefined) timings.dnsMs = connecting.dnsMs;
    if (connecting.connectMs !== undefined) timings.connectMs = connecting.connectMs;
    if (connecting.tlsMs !== undefined) timings.tlsMs = connecting.tlsMs;
    return timings;
  }

  #settle(outcome: PostOutcome, isReusable: boolean): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#owner.onEnded(this, isReusable);
    if (!this.#isDispatched) {
      process.nextTick(this.#done, outcome);
      return;
    }
    try {
      this.#done(outcome);
    } catch (error) {
      // undici would take what the caller throws for a fault of the exchange, and hide it.
      process.nextTick(() => {
        throw error;
      });
    }
  }
}

function onDeadline(attempt: PostAttempt): void {
  attempt.onTimeout();
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
