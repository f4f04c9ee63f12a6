import { setTimeout as delay } from 'node:timers/promises';
import type { HeldOutbox, OutboxHolding } from './outbox.port.ts';
import type { OpenOutboxLog, OutboxLog } from './outbox-log.port.ts';
import { Nudge } from './nudge.ts';
import type { PublishGate } from '../publish-gate.port.ts';

export interface OutboxRelayOptions {
  readonly holding: OutboxHolding;
  readonly log: OutboxLog;
  readonly gate: PublishGate;
  /** The gate is closed: the database is older than the topic. */
  readonly onClosed: () => void;
  readonly onPublished: (count: number) => void;
  /** The database, the lock or Kafka is lost; the relay tries again. */
  readonly onTrouble: (error: unknown) => void;
  /** How often to look though nobody said that there is anything; default 1,000. */
  readonly pollMs?: number;
  /** How long to leave the outbox to others after trouble; above their `pollMs`. Default 2,000. */
  readonly pauseMs?: number;
  /** How long published entries are kept, for those who read from a position; default 7 days. */
  readonly keepPublishedMs?: number;
  readonly now?: () => number;
}

const BATCH = 500;
const PRUNE_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

class GateClosed extends Error {}

/**
 * Carries what was committed to the topics: one relay at a time over all instances, in version order for each webhook.
 * It goes on for ever: without Kafka the entries wait in the database, without the database it asks again. At any trouble
 * it lets go of everything and pauses, so that an instance that has what this one lacks can take over.
 */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions;
  readonly #stopping = new AbortController();
  readonly #nudge = new Nudge();
  readonly #looked = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;

  constructor(options: OutboxRelayOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Resolves when this instance knows whether it may publish: after its first look at the gate, when another instance has
   * the outbox, and at the first trouble, which it goes on after.
   */
  get hasLooked(): Promise<void> {
    return this.#looked.promise;
  }

  /** Resolves when nothing is under way any more; what was not acknowledged stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#nudge.push();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#holdAndRelay();
        this.#looked.resolve();
        await this.#idle();
      } catch (error) {
        this.#looked.resolve();
        if (signal.aborted) return;
        if (error instanceof GateClosed) this.#options.onClosed();
        else this.#options.onTrouble(error);
        await delay(this.#options.pauseMs ?? 2_000, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Returns when another instance holds the outbox; rejects when this one lost it, or cannot reach Kafka. */
  async #holdAndRelay(): Promise<void> {
    const lost = new AbortController();
    const outbox = await this.#options.holding.tryHold({
      onChange: () => this.#nudge.push(),
      onLost: () => {
        lost.abort(new Error('the lock on the outbox is lost'));
        this.#nudge.push();
      },
    });
    if (outbox === undefined) return;
    try {
      await this.#publishFrom(outbox, AbortSignal.any([lost.signal, this.#stopping.signal]));
    } finally {
      await outbox.release().catch(() => undefined);
    }
  }

  /**
   * Invariant 7, over two instances: the lock first, then the fence, then the first look, over the connection that holds
   * the lock. Whoever looked under an older lock has an older fence, and a look without the lock rejects.
   */
  async #publishFrom(outbox: HeldOutbox, signal: AbortSignal): Promise<void> {
    const log = await this.#options.log.open(signal);
    const close = (): void => log.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      await this.#relay(outbox, log, signal);
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  }

  async #relay(outbox: HeldOutbox, log: OpenOutboxLog, signal: AbortSignal): Promise<void> {
    const { onPublished, keepPublishedMs = 7 * DAY_MS, now = Date.now } = this.#options;
    let pruneAtMs = now();
    for (;;) {
      signal.throwIfAborted();
      const entries = await outbox.unpublished(BATCH);
      // Each time: a database may be restored under a session that stays.
      if (!(await this.#options.gate.isOpen(signal))) throw new GateClosed();
      this.#looked.resolve();
      if (entries.length > 0) {
        await log.publish(entries);
        await outbox.markPublished(entries);
        onPublished(entries.length);
        continue;
      }
      if (now() >= pruneAtMs) {
        await outbox.prune(now() - keepPublishedMs);
        pruneAtMs = now() + PRUNE_EVERY_MS;
      }
      await this.#idle();
    }
  }

  async #idle(): Promise<void> {
    if (!this.#stopping.signal.aborted) await this.#nudge.wait(this.#options.pollMs ?? 1_000);
  }
}
