import { setTimeout as delay } from 'node:timers/promises';
import type { FeedPosition, FeedSnapshot, WebhookChange, WebhookChanges } from './webhook-feed.port.ts';

export type FeedEvent = ({ readonly kind: 'snapshot' } & FeedSnapshot) | WebhookChange;

export interface WatchOptions {
  /** Of this tenant only; all without it. */
  readonly tenantId?: string;
  /** Go on behind this place, as an earlier event told it in `at`. */
  readonly from?: FeedPosition;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 200;

/**
 * Follows webhooks: `snapshot` first, unless `from` is a place that changes can still be told from, then every change
 * after it, in order, none left out and none twice. What was told can be resumed by the `at` of any event. A further
 * `snapshot` may come at any time, when positions began anew; it replaces all that was told before.
 *
 * A change is told once it is on the topic, at most about 200 ms later; with Kafka away nothing is told. A snapshot is held
 * in memory as a whole, its secrets sealed.
 */
export class WebhookFeed {
  readonly #changes: WebhookChanges;
  readonly #lookEveryMs: number;

  constructor(changes: WebhookChanges, lookEveryMs: number = LOOK_EVERY_MS) {
    this.#changes = changes;
    this.#lookEveryMs = lookEveryMs;
  }

  /** Ends when `signal` aborts. Throws what the database throws; the caller may watch again from its last event. */
  async *watch({ tenantId, from, signal }: WatchOptions): AsyncGenerator<FeedEvent, void, undefined> {
    let at = from;
    while (!signal.aborted) {
      const page = at === undefined ? 'snapshot-needed' : await this.#changes.after(at, tenantId);
      if (page === 'snapshot-needed') {
        const snapshot = await this.#changes.snapshot(tenantId);
        at = snapshot.at;
        yield { kind: 'snapshot', ...snapshot };
        continue;
      }
      yield* page.changes;
      const isAtTheEnd = page.next.position === at?.position;
      at = page.next;
      if (isAtTheEnd) await delay(this.#lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
