import type { EndpointUrl } from '@signalbox/domain';
import type { ConnectError, ConnectSettings } from './guarded-connect.ts';
import { HttpConnection } from './http-connection.ts';

/** Wants a connection to an origin. */
export interface ConnectionSeeker {
  readonly endpoint: EndpointUrl;
  /** How much of its time is left. */
  readonly leftMs: number;
  /** What was opened for it, whether or not it got that one; set by who opens it. */
  opened: HttpConnection | undefined;
  onConnection(connection: HttpConnection): void;
  onNotConnected(error: ConnectError): void;
}

/** What the connections of an origin share with those of all others. */
export interface OriginOwner {
  readonly settings: ConnectSettings;
  /** The connection serves nobody for now. */
  onIdle(connection: HttpConnection): void;
  /** An idle connection is taken. False where it may not be used any more: it is closed then. */
  onTaken(connection: HttpConnection): boolean;
  onEndedIdle(connection: HttpConnection): void;
  /** It has no connection, and nobody wants one. */
  onUnused(origin: string): void;
}

/** So many connections are opened at once to an origin that has none: to see how fast it is. */
const LEAST_OPENING = 4;
/**
 * As long as some have to wait for others' handshakes, twice as many may be opened at once after this. Invariant 4: an
 * origin some of whose connections never come about must not hold up the others to it.
 */
const PATIENCE_MS = 250;

/**
 * The connections of one origin. Who finds none idle takes what comes first, one that becomes idle or the one that is
 * opened for him; what nobody waits for any more when it is open is kept as idle. No more are opened at once than are open
 * already: hundreds that come together would otherwise pay for hundreds of TLS handshakes, each of them slow because of
 * the others.
 */
export class OriginConnections {
  readonly #origin: string;
  readonly #owner: OriginOwner;
  /** Those used last come last. */
  readonly #idle: HttpConnection[] = [];
  /** In use and idle. */
  readonly #open = new Set<HttpConnection>();
  /** Being opened, and for whom; for nobody where he was served otherwise. */
  readonly #opening = new Map<HttpConnection, ConnectionSeeker | undefined>();
  /** In the order in which they came. */
  readonly #seekers = new Set<ConnectionSeeker>();
  /** Those of them for whom nothing is opened yet. */
  readonly #putOff = new Set<ConnectionSeeker>();
  #least = LEAST_OPENING;
  #patience: NodeJS.Timeout | undefined;
  #isServing = false;

  constructor(origin: string, owner: OriginOwner) {
    this.#origin = origin;
    this.#owner = owner;
  }

  /** Gives it a connection, at once where one is idle. `isNew`: not one that is idle now. */
  serve(seeker: ConnectionSeeker, isNew = false): void {
    const connection = isNew || this.#seekers.size > 0 ? undefined : this.#takeIdle();
    if (connection !== undefined) {
      seeker.onConnection(connection);
      return;
    }
    this.#seekers.add(seeker);
    this.#putOff.add(seeker);
    this.#openMore();
  }

  /** It wants none any more. */
  leave(seeker: ConnectionSeeker): void {
    if (!this.#forget(seeker)) return;
    if (seeker.opened !== undefined) this.#drop(seeker.opened);
    this.#openMore();
    this.#tellIfUnused();
  }

  /** It serves nobody for now. */
  addIdle(connection: HttpConnection): void {
    this.#idle.push(connection);
    if (this.#seekers.size === 0 || this.#isServing) return;
    this.#isServing = true;
    // Not before what its other side has said by now is read: it may have closed the connection right after its answer.
    setImmediate(() => this.#serveSeekers());
  }

  /** Closes it, whatever is under way on it. */
  close(connection: HttpConnection): void {
    this.#drop(connection);
    this.#tellIfUnused();
  }

  /** Closes what is being opened, and tells those who wait for a connection. */
  refuse(reason: ConnectError): void {
    for (const connection of this.#opening.keys()) this.#drop(connection);
    for (const seeker of this.#seekers) {
      this.#forget(seeker);
      seeker.onNotConnected(reason);
    }
    this.#tellIfUnused();
  }

  #takeIdle(): HttpConnection | undefined {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (this.#owner.onTaken(connection)) return connection;
      this.#drop(connection);
    }
    return undefined;
  }

  #serveSeekers(): void {
    this.#isServing = false;
    for (const seeker of this.#seekers) {
      const connection = this.#takeIdle();
      if (connection === undefined) return;
      this.#forget(seeker);
      if (seeker.opened !== undefined) this.#leaveOpening(seeker.opened, seeker.leftMs);
      seeker.onConnection(connection);
    }
  }

  #openMore(): void {
    const most = this.#mostOpening();
    for (const seeker of this.#putOff) {
      if (this.#opening.size >= most) break;
      this.#openFor(seeker);
    }
    if (this.#putOff.size > 0) this.#patience ??= setInterval(() => this.#losePatience(), PATIENCE_MS);
    else this.#calm();
  }

  #mostOpening(): number {
    const most = Math.max(this.#least, this.#open.size);
    // What is idle by now, and what was opened for others, serves whoever waits, unless that takes too long.
    return this.#least === LEAST_OPENING ? Math.min(most, this.#seekers.size - this.#idle.length) : most;
  }

  #losePatience(): void {
    this.#least *= 2;
    this.#openMore();
  }

  #calm(): void {
    this.#least = LEAST_OPENING;
    clearInterval(this.#patience);
    this.#patience = undefined;
  }

  #openFor(seeker: ConnectionSeeker): void {
    this.#putOff.delete(seeker);
    const connection = new HttpConnection(seeker.endpoint, this.#owner.settings, (ended) =>
      this.#owner.onEndedIdle(ended),
    );
    seeker.opened = connection;
    this.#opening.set(connection, seeker);
    connection.connect((error) => this.#onOpened(connection, error));
  }

  /** Nobody waits for it any more; who comes next may. */
  #leaveOpening(connection: HttpConnection, forMs: number): void {
    if (!this.#opening.has(connection)) return;
    this.#opening.set(connection, undefined);
    const giveUp = (): void => {
      if (this.#opening.has(connection)) this.close(connection);
    };
    setTimeout(giveUp, forMs).unref();
  }

  #onOpened(connection: HttpConnection, error: ConnectError | null): void {
    const seeker = this.#opening.get(connection);
    this.#opening.delete(connection);
    if (seeker !== undefined) this.#forget(seeker);
    if (error === null) {
      this.#open.add(connection);
      if (seeker === undefined) this.#owner.onIdle(connection);
      else seeker.onConnection(connection);
    } else {
      seeker?.onNotConnected(error);
    }
    this.#openMore();
    this.#tellIfUnused();
  }

  /** Whether it was a seeker until now. */
  #forget(seeker: ConnectionSeeker): boolean {
    this.#putOff.delete(seeker);
    if (this.#putOff.size === 0) this.#calm();
    return this.#seekers.delete(seeker);
  }

  #drop(connection: HttpConnection): void {
    connection.destroy();
    this.#open.delete(connection);
    this.#opening.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  #tellIfUnused(): void {
    if (this.#open.size + this.#opening.size + this.#seekers.size === 0) this.#owner.onUnused(this.#origin);
  }
}
