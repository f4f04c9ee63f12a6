import type { ConnectionSeeker } from './connection-seeker.ts';
import type { ConnectError } from './connect-error.ts';
import type { ConnectSettings } from './guarded-connect.ts';
import { HttpConnection } from './http-connection.ts';
import type { Opener, OpeningPace } from './opening-pace.ts';

/** What the connections of an origin share with those of all others. */
export interface OriginOwner {
  readonly settings: ConnectSettings;
  readonly pace: OpeningPace;
  /** The connection serves nobody for now. */
  onIdle(connection: HttpConnection): void;
  /** An idle connection is taken. False where it may not be used any more: it is closed then. */
  onTaken(connection: HttpConnection): boolean;
  onEndedIdle(connection: HttpConnection): void;
  /** It has no connection, and nobody wants one. */
  onUnused(origin: string, connections: OriginConnections): void;
}

/** So many connections are opened without asking whether there is time for them. */
const UNPACED = 8;

/**
 * The connections of one origin. Who finds none idle takes what comes first, one that becomes idle or the one that is
 * opened for him; what nobody waits for any more when it is open is kept as idle. Each has one opened for him as soon as
 * this process has the time for it: invariant 4, nobody waits for what others have under way, come about or not.
 */
export class OriginConnections implements Opener {
  readonly #origin: string;
  readonly #owner: OriginOwner;
  /** Those used last come last. */
  readonly #idle: HttpConnection[] = [];
  /** In use and idle. */
  readonly #open = new Set<HttpConnection>();
  /** Being opened, and for whom. */
  readonly #opening = new Map<HttpConnection, ConnectionSeeker>();
  /** Being opened for who was served otherwise, and when to give them up. */
  readonly #unwanted = new Map<HttpConnection, NodeJS.Timeout>();
  /** Who takes one that becomes idle, in the order in which they came. While there are any, nothing stays idle. */
  readonly #seekers = new Set<ConnectionSeeker>();
  /** Those for whom none is opened, as one is to be theirs in this turn or the next. */
  readonly #promised = new Set<ConnectionSeeker>();
  #isServing = false;
  /** Idle from the next turn of the loop on, unless they are closed by then. */
  #expected = 0;

  constructor(origin: string, owner: OriginOwner) {
    this.#origin = origin;
    this.#owner = owner;
  }

  /** Gives it a connection, at once where one is idle. `isNew`: the one that is opened for it, and no other. */
  serve(seeker: ConnectionSeeker, isNew = false): void {
    if (isNew) {
      this.openFor(seeker);
      return;
    }
    const connection = this.#seekers.size > 0 ? undefined : this.#takeIdle();
    if (connection !== undefined) {
      seeker.onConnection(connection);
      return;
    }
    this.#seekers.add(seeker);
    if (this.#idle.length + this.#expected < this.#seekers.size) this.#askFor(seeker);
    else this.#promised.add(seeker);
  }

  /** Opens one that goes to nobody else, unless another comes sooner. */
  openFor(seeker: ConnectionSeeker): void {
    const connection = new HttpConnection(seeker.endpoint, this.#owner.settings, (ended) =>
      this.#owner.onEndedIdle(ended),
    );
    seeker.opened = connection;
    this.#opening.set(connection, seeker);
    connection.connect((error) => this.#onOpened(connection, error));
  }

  /** It wants none any more. */
  leave(seeker: ConnectionSeeker): void {
    this.#forget(seeker);
    if (seeker.opened !== undefined && this.#opening.get(seeker.opened) === seeker) this.#drop(seeker.opened);
    this.#onFewer();
  }

  /** It serves nobody for now. */
  addIdle(connection: HttpConnection): void {
    this.#idle.push(connection);
    if (this.#seekers.size === 0 || this.#isServing) return;
    this.#isServing = true;
    // Not before what its other side has said by now is read: it may have closed the connection right after its answer.
    setImmediate(() => this.#serveSeekers());
  }

  /** In the next turn one will be idle, or closed. To be called after what makes it so is queued for that turn. */
  expectIdle(): void {
    this.#expected++;
    setImmediate(() => {
      this.#expected--;
      this.#serveSeekers();
    });
  }

  /** Closes it, whatever is under way on it. */
  close(connection: HttpConnection): void {
    this.#drop(connection);
    this.#onFewer();
  }

  /** Closes what is being opened, and tells those who wait for a connection. */
  refuse(reason: ConnectError): void {
    const waiting = new Set([...this.#seekers, ...this.#opening.values()]);
    for (const seeker of this.#seekers) this.#forget(seeker);
    for (const connection of [...this.#opening.keys(), ...this.#unwanted.keys()]) this.#drop(connection);
    for (const seeker of waiting) seeker.onNotConnected(reason);
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
      if (connection === undefined) break;
      this.#forget(seeker);
      if (seeker.opened !== undefined) this.#leaveOpening(seeker.opened, seeker.leftMs);
      seeker.onConnection(connection);
    }
    // Others will be idle in this same turn.
    if (this.#expected > 0) return;
    for (const seeker of this.#promised) this.#askFor(seeker);
    this.#promised.clear();
  }

  get #count(): number {
    return this.#open.size + this.#opening.size + this.#unwanted.size;
  }

  /** An origin that has few gets one at once, for whoever waits longest. */
  #askFor(seeker: ConnectionSeeker): void {
    const { pace } = this.#owner;
    const longest = this.#count < UNPACED ? (pace.takeLongest(this) ?? seeker) : undefined;
    if (longest !== seeker) pace.ask(this, seeker);
    if (longest !== undefined) this.openFor(longest);
  }

  /** There may be so few now that who waits for the pace gets one at once. */
  #onFewer(): void {
    while (this.#count < UNPACED) {
      const longest = this.#owner.pace.takeLongest(this);
      if (longest === undefined) break;
      this.openFor(longest);
    }
    this.#tellIfUnused();
  }

  #forget(seeker: ConnectionSeeker): void {
    this.#seekers.delete(seeker);
    this.#promised.delete(seeker);
    this.#owner.pace.forget(seeker);
  }

  /** Nobody waits for it any more; who comes when it is open may have it. Of those that never come about few are kept. */
  #leaveOpening(connection: HttpConnection, forMs: number): void {
    if (!this.#opening.has(connection)) return;
    if (this.#unwanted.size >= Math.max(UNPACED, this.#seekers.size)) {
      this.#drop(connection);
      return;
    }
    this.#opening.delete(connection);
    this.#unwanted.set(connection, setTimeout(() => this.close(connection), forMs).unref());
  }

  #onOpened(connection: HttpConnection, error: ConnectError | null): void {
    const seeker = this.#opening.get(connection);
    this.#forgetOpening(connection);
    if (seeker !== undefined) this.#forget(seeker);
    if (error === null) {
      this.#open.add(connection);
      if (seeker === undefined) this.#owner.onIdle(connection);
      else seeker.onConnection(connection);
    } else {
      seeker?.onNotConnected(error);
    }
    this.#onFewer();
  }

  #forgetOpening(connection: HttpConnection): void {
    this.#opening.delete(connection);
    clearTimeout(this.#unwanted.get(connection));
    this.#unwanted.delete(connection);
  }

  #drop(connection: HttpConnection): void {
    connection.destroy();
    this.#open.delete(connection);
    this.#forgetOpening(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
  }

  #tellIfUnused(): void {
    if (this.#count + this.#seekers.size === 0) this.#owner.onUnused(this.#origin, this);
  }
}
