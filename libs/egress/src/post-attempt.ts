import type { EndpointUrl } from '@signalbox/domain';
import { AnswerReader } from './answer-reader.ts';
import type { Failure, Stage } from './failure-table.ts';
import { answerFailure, failureOf } from './failure-table.ts';
import { ConnectError } from './connect-error.ts';
import type { Exchange, HttpConnection } from './http-connection.ts';
import type { Answered, PostOutcome, PostRequest } from './http-transport.port.ts';
import { MAX_ANSWER_BYTES } from './http-transport.port.ts';
import type { ConnectionSeeker } from './connection-seeker.ts';

type Timings = { -readonly [Step in keyof Answered['timings']]: Answered['timings'][Step] };

/** What an attempt needs of the transport it belongs to. */
export interface AttemptOwner {
  /**
   * Called once, before `done`. `staysOpenMs` is how long its connection, where it got one, may serve another attempt; 0 is
   * not at all.
   */
  onEnded(attempt: PostAttempt, staysOpenMs: number): void;
  /** Its connection cannot be used any more; it goes on when another one is there. */
  onSentBack(attempt: PostAttempt, broken: HttpConnection): void;
  /** The first of its answer has come, at `atMs` of `performance.now()`. */
  onFirstByte(atMs: number): void;
  isSilentAbout(hostname: string): boolean;
  /**
   * Why no connection to the origin came about since then, where the forward proxy or our own network may be the cause and not
   * the endpoint.
   */
  ownFaultOfSilence(origin: string, sinceMs: number): Failure | undefined;
}

const DOING: Readonly<Record<Stage, string>> = {
  dns: 'looking up the name',
  proxy: 'reaching the forward proxy',
  connect: 'connecting',
  tls: 'setting up TLS',
  exchange: 'waiting for the answer',
};

const NOT_STARTED: Failure = {
  errorClass: 'connect',
  message: 'nothing was sent: the sender may not hold the delivery any more',
  isOwnFault: true,
};

const OPENED_LATE: Failure = {
  errorClass: 'connect',
  message: 'nothing was sent: the sender came too late to open a connection',
  isOwnFault: true,
};

/** One POST from its first step to its outcome. One object and one timer per attempt, no closures: this runs for every delivery. */
export class PostAttempt implements Exchange, ConnectionSeeker {
  readonly request: PostRequest;
  readonly encoded: Buffer;
  connection: HttpConnection | undefined;
  opened: HttpConnection | undefined;
  readonly #owner: AttemptOwner;
  readonly #done: (outcome: PostOutcome) => void;
  readonly #startedAtMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #answer = new AnswerReader();
  #sentAtMs = 0;
  #firstByteAtMs = 0;
  #isRepeated = false;
  #isSettled = false;

  /** @param encoded the request as it goes over the wire. */
  constructor(request: PostRequest, encoded: Buffer, owner: AttemptOwner, done: (outcome: PostOutcome) => void) {
    this.request = request;
    this.encoded = encoded;
    this.#owner = owner;
    this.#done = done;
    this.#timer = setTimeout(onDeadline, request.timeoutMs, this);
  }

  get endpoint(): EndpointUrl {
    return this.request.endpoint;
  }

  get leftMs(): number {
    return this.request.timeoutMs - (performance.now() - this.#startedAtMs);
  }

  onConnection(connection: HttpConnection): void {
    this.connection = connection;
    connection.begin(this);
  }

  mayStart(): boolean {
    return this.request.mayStart?.() ?? true;
  }

  onNotStarted(): void {
    if (this.#isSettled) return;
    // The connection is as good as it was, and is kept for no longer than it was to be.
    const idleUntilMs = this.connection?.idleUntilMs ?? 0;
    this.#fail(NOT_STARTED, idleUntilMs === 0 ? Infinity : idleUntilMs - performance.now());
  }

  onSent(): void {
    this.#sentAtMs = performance.now();
  }

  onBytes(bytes: Buffer, length: number): void {
    if (this.#isSettled) return;
    if (this.#firstByteAtMs === 0) {
      this.#firstByteAtMs = performance.now();
      this.#owner.onFirstByte(this.#firstByteAtMs);
    }
    const answer = this.#answer;
    answer.read(bytes, length);
    if (answer.fault !== undefined) this.#fail(answerFailure(answer.fault));
    else if (answer.isComplete) this.#settle(this.#answered(), this.#staysOpenMs());
    else if (answer.answerBytes > MAX_ANSWER_BYTES) this.#settle(this.#answered(), 0);
  }

  onEnd(): void {
    if (this.#isSettled) return;
    const answer = this.#answer;
    answer.end();
    if (answer.isComplete) this.#settle(this.#answered(), 0);
    else this.#fail(answerFailure(answer.fault ?? 'broken-off'));
  }

  onNotConnected(error: ConnectError): void {
    if (!this.#isSettled) this.#fail(error.failure);
  }

  onBroken(error: Error | undefined): void {
    if (this.#isSettled) return;
    if (this.connection !== undefined && this.#wasRefused(this.connection, error)) this.#goBack(this.connection);
    else if (error instanceof ConnectError) this.#fail(error.failure);
    else this.#fail(error === undefined ? answerFailure('broken-off') : failureOf(error, this.#stage()));
  }

  onTimeout(): void {
    if (this.#isSettled) return;
    if (this.connection === undefined && this.#wasOpenedLate()) {
      this.#fail(OPENED_LATE);
      return;
    }
    const stage = this.#stage();
    if (stage === 'dns' && this.#owner.isSilentAbout(this.request.endpoint.hostname)) {
      this.#fail({ errorClass: 'dns', message: 'no name server of the sender answers', isOwnFault: true });
      return;
    }
    const ownFault =
      stage === 'connect' ? this.#owner.ownFaultOfSilence(this.endpoint.origin, this.#startedAtMs) : undefined;
    if (ownFault !== undefined) {
      this.#fail(ownFault);
      return;
    }
    const doing = this.#answer.statusCode > 0 ? 'reading the answer' : DOING[stage];
    const message = `no whole answer within ${this.request.timeoutMs} ms (while ${doing})`;
    this.#fail({ errorClass: 'timeout', message, isOwnFault: stage === 'proxy' });
  }

  /**
   * Whether a kept connection was closed before all of the request had left this machine. Nobody can have acted on a part of
   * it, and that the connection was kept for too long was our choice: it is not the endpoint's fault, and no attempt yet.
   * What has left as a whole may have been acted on, and is never sent again as the same attempt (docs/adr/0017).
   */
  #wasRefused(connection: HttpConnection, error: Error | undefined): boolean {
    const isKept = connection.idleUntilMs > 0;
    const { syscall } = (error ?? {}) as NodeJS.ErrnoException;
    return isKept && !this.#isRepeated && this.#firstByteAtMs === 0 && syscall === 'write';
  }

  #goBack(broken: HttpConnection): void {
    this.#isRepeated = true;
    this.#sentAtMs = 0;
    this.connection = undefined;
    this.#owner.onSentBack(this, broken);
  }

  /** Half of its time at least was spent waiting for this process: what is left says nothing about the endpoint. */
  #wasOpenedLate(): boolean {
    const begunAtMs = this.opened?.begunAtMs ?? Infinity;
    return begunAtMs - this.#startedAtMs > this.request.timeoutMs / 2;
  }

  #stage(): Stage {
    return this.connection === undefined ? (this.opened?.connecting?.stage ?? 'connect') : 'exchange';
  }

  #staysOpenMs(): number {
    const { staysOpen, hasMore, staysOpenMs = Infinity } = this.#answer;
    return staysOpen && !hasMore ? staysOpenMs : 0;
  }

  #answered(): Answered {
    const { statusCode, retryAfter, webhookDelivery, answer } = this.#answer;
    return {
      kind: 'answered',
      statusCode,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(webhookDelivery === undefined ? {} : { webhookDelivery }),
      answer,
      timings: this.#timings(),
    };
  }

  #fail(failure: Failure, staysOpenMs = 0): void {
    const { statusCode } = this.#answer;
    const status = statusCode > 0 ? { statusCode } : {};
    this.#settle({ kind: 'failed', ...failure, timings: this.#timings(), ...status }, staysOpenMs);
  }

  #timings(): Timings {
    const timings: Timings = { totalMs: performance.now() - this.#startedAtMs };
    if (this.#firstByteAtMs > 0) timings.firstByteMs = this.#firstByteAtMs - this.#sentAtMs;
    // What was opened for it and not taken did not cost it that time.
    const isOwn = this.connection === undefined || this.connection === this.opened;
    const connecting = isOwn ? this.opened?.connecting : undefined;
    if (connecting === undefined) return timings;
    if (connecting.dnsMs !== undefined) timings.dnsMs = connecting.dnsMs;
    if (connecting.connectMs !== undefined) timings.connectMs = connecting.connectMs;
    if (connecting.tlsMs !== undefined) timings.tlsMs = connecting.tlsMs;
    return timings;
  }

  #settle(outcome: PostOutcome, staysOpenMs: number): void {
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.#owner.onEnded(this, staysOpenMs);
    this.#done(outcome);
  }
}

/** In a process that stood still timers run before sockets are read, and the answer may be there already. */
function onDeadline(attempt: PostAttempt): void {
  setImmediate(onTimeout, attempt);
}

function onTimeout(attempt: PostAttempt): void {
  attempt.onTimeout();
}
