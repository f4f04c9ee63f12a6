import type { HeldOutbox, OutboxHolding } from './outbox.port.ts';
import type { OutboxLog } from './outbox-log.port.ts';
import { Nudge } from './nudge.ts';

export interface OutboxRelayOptions {
  readonly holding: OutboxHolding;
  readonly log: OutboxLog;
  readonly onPublished: (count: number) => void;
  /** The database or the lock is lost; the relay tries again. */
  readonly onTrouble: (error: unknown) => void;
  /** How often to look though nobody said that there is anything; default 1,000. */
  readonly pollMs?: number;
  /** How long published entries are kept, for those who read from a position; default 7 days. */
  readonly keepPublishedMs?: number;
  readonly now?: () => number;
}

const BATCH = 500;
const PRUNE_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Carries what was committed to the topics: one relay at a time over all instances, in version order for each
 * webhook. It goes on for ever: without Kafka the entries wait in the database, without the database it asks again.
 */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions;
  readonly #stopping = new AbortController();
  readonly #nudge = new Nudge();
  #running: Promise<void> | undefined;

  constructor(options: OutboxRelayOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is under way any more; what was not acknowledged stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#nudge.push();
    await this.#running;
    await this.#options.log.stop();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#holdAndRelay();
      } catch (error) {
        if (!this.#stopping.signal.aborted) this.#options.onTrouble(error);
      }
      await this.#idle();
    }
  }

  /** Returns when another instance holds the outbox; rejects when this one lost it. */
  async #holdAndRelay(): Promise<void> {
    const lost = new AbortController();
    const outbox = await this.#options.holding.tryHold({
      onChange: () => this.#nudge.push(),
      onLost: () => {
        lost.abort();
        this.#nudge.push();
      },
    });
    if (outbox === undefined) return;
    try {
      await this.#relay(outbox, AbortSignal.any([lost.signal, this.#stopping.signal]));
    } finally {
      await outbox.release().catch(() => undefined);
    }
  }

  async #relay(outbox: HeldOutbox, signal: AbortSignal): Promise<void> {
    const { log, onPublished, keepPublishedMs = 7 * DAY_MS, now = Date.now } = this.#options;
    let pruneAtMs = now();
    while (!signal.aborted) {
      const entries = await outbox.unpublished(BATCH);
      if (entries.length > 0) {
        await log.publish(entries, signal);
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
