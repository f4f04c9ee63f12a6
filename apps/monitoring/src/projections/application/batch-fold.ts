import type { BreakerChanged, Delivery } from '@signalbox/contracts';
import type { AttemptSlot, AttemptStanding } from '../domain/attempt-standing.ts';
import { BucketDeltas } from '../domain/bucket-deltas.ts';
import { isNewAttempt } from '../domain/delivery-summary.ts';
import { Folding } from './folding.ts';
import type { ReadableRecord } from './projected-record.ts';
import type { Changes, DeliveryKey, KnownDelivery, StoredFact } from './read-models.port.ts';

/** A record and the delivery it is about. */
type Entry =
  | { readonly folding: Folding; readonly fact: StoredFact }
  | { readonly folding: Folding; readonly delivery: Delivery; readonly body: Buffer };

/**
 * What a batch of records makes of the rows that are there. Two questions to the database come before: which of the
 * deliveries are known, and which attempts of theirs may have been counted already.
 */
export class BatchFold {
  readonly #entries: Entry[] = [];
  readonly #foldings = new Map<string, Folding>();
  readonly #breakerChanges: BreakerChanged[] = [];

  constructor(records: readonly ReadableRecord[]) {
    for (const record of records) {
      if (record.kind === 'delivery') {
        const { delivery, body, webhookId } = record;
        this.#entries.push({ folding: this.#foldingOf(delivery, webhookId), delivery, body });
      } else {
        const { fact } = record;
        if (fact.kind === 'breaker-changed') this.#breakerChanges.push(fact);
        else this.#entries.push({ folding: this.#foldingOf(fact, fact.webhookId), fact });
      }
    }
  }

  deliveryIds(): readonly string[] {
    return [...this.#foldings.keys()];
  }

  /** Takes the answer to `deliveryIds`. Returns those whose counted attempts are needed: an attempt may not be new. */
  setKnown(known: readonly KnownDelivery[]): readonly DeliveryKey[] {
    if (known.length === 0) return [];
    const contested = new Set<KnownDelivery>();
    for (const row of known) {
      const folding = this.#foldings.get(row.deliveryId);
      if (folding === undefined) continue;
      folding.setKnown(row);
      if (folding.move !== null) contested.add(row);
    }
    for (const entry of this.#entries) {
      const row = entry.folding.known;
      if (row === null || !('fact' in entry) || entry.fact.kind !== 'attempted') continue;
      if (!isNewAttempt(row.summary, entry.fact)) contested.add(row);
    }
    return [...contested];
  }

  /** @param counted the answer to what `setKnown` asked for. */
  changes(counted: readonly (Pick<DeliveryKey, 'deliveryId'> & AttemptSlot & AttemptStanding)[]): Changes {
    for (const attempt of counted) this.#foldings.get(attempt.deliveryId)?.setCounted(attempt);
    const deltas = new BucketDeltas();
    const foldings = [...this.#foldings.values()];
    for (const folding of foldings) folding.carryOver(deltas);
    for (const entry of this.#entries) {
      if ('fact' in entry) entry.folding.takeFact(entry.fact, deltas);
      else entry.folding.takeDelivery(entry.delivery, entry.body);
    }
    const changed = foldings.filter(({ isChanged }) => isChanged);
    for (const folding of changed) folding.count(deltas);
    return {
      moves: changed.flatMap(({ move }) => move ?? []),
      deliveries: changed,
      facts: foldings.flatMap(({ facts }) => facts),
      breakerChanges: this.#breakerChanges,
      ...deltas.changes(),
    };
  }

  #foldingOf(
    told: Pick<Delivery, 'deliveryId' | 'firstScheduledAtMs' | 'tenantId' | 'eventType'>,
    webhookId: string,
  ): Folding {
    const open = this.#foldings.get(told.deliveryId);
    if (open === undefined) {
      const folding = new Folding(told, webhookId);
      this.#foldings.set(told.deliveryId, folding);
      return folding;
    }
    open.firstScheduledAtMs = Math.min(open.firstScheduledAtMs, told.firstScheduledAtMs);
    return open;
  }
}
