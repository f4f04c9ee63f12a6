import type { Attempted, BreakerChanged, Delivery } from '@signalbox/contracts';
import { BucketDeltas } from '../domain/bucket-deltas.ts';
import { countsOf, noCounts } from '../domain/delivery-counts.ts';
import type { DeliverySummary } from '../domain/delivery-summary.ts';
import { emptySummary, isNewAttempt, withFact } from '../domain/delivery-summary.ts';
import type { ProjectedRecord } from './projected-record.ts';
import type {
  AttemptKey,
  AttemptStanding,
  Changes,
  DeliveryKey,
  DeliveryRow,
  KnownDelivery,
  StoredFact,
} from './read-models.port.ts';

/** A delivery while a batch is folded into it. */
interface Folding extends DeliveryKey {
  /** Of the row, or else of the first record: whose counts it moves must not change on its way. */
  webhookId: string;
  tenantId: string;
  readonly eventType: string;
  /** Null when there is no row yet. */
  before: DeliverySummary | null;
  summary: DeliverySummary;
  hasBody: boolean;
  eventId: string | null;
  body: Buffer | null;
  isChanged: boolean;
  /** Attempts that are counted. Few: lists, as most deliveries have one. */
  readonly attempts: CountedAttempt[];
  readonly facts: StoredFact[];
}

type CountedAttempt = Pick<AttemptKey, 'round' | 'attemptNumber'> & AttemptStanding;

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

  constructor(records: readonly ProjectedRecord[]) {
    for (const record of records) {
      if (record.kind === 'delivery') {
        const { delivery, body, webhookId } = record;
        this.#entries.push({ folding: this.#foldingOf(delivery, webhookId), delivery, body });
      } else if (record.kind === 'fact') {
        const { fact } = record;
        if (fact.kind === 'breaker-changed') this.#breakerChanges.push(fact);
        else this.#entries.push({ folding: this.#foldingOf(fact, fact.webhookId), fact });
      }
    }
  }

  keys(): readonly DeliveryKey[] {
    return [...this.#foldings.values()];
  }

  /** Takes the answer to `keys`. Returns the attempts to be asked for: those that may not be new. */
  setKnown(known: readonly KnownDelivery[]): readonly AttemptKey[] {
    for (const row of known) {
      const folding = this.#foldings.get(textOf(row));
      if (folding === undefined) continue;
      const { webhookId, tenantId, summary, hasBody } = row;
      Object.assign(folding, { webhookId, tenantId, summary, hasBody, before: summary, isChanged: false });
    }
    if (known.length === 0) return [];
    const contested = new Map<string, AttemptKey>();
    for (const entry of this.#entries) {
      if (!('fact' in entry) || entry.fact.kind !== 'attempted' || entry.folding.before === null) continue;
      if (!isNewAttempt(entry.folding.before, entry.fact)) contested.set(attemptText(entry.fact), entry.fact);
    }
    return [...contested.values()];
  }

  /** @param counted the answer to what `setKnown` asked for. */
  changes(counted: readonly (AttemptKey & AttemptStanding)[]): Changes {
    for (const attempt of counted) this.#foldings.get(textOf(attempt))?.attempts.push(attempt);
    const deltas = new BucketDeltas();
    for (const entry of this.#entries) {
      if ('fact' in entry) takeFact(entry.folding, entry.fact, deltas);
      else takeDelivery(entry.folding, entry.delivery, entry.body);
    }
    const deliveries: DeliveryRow[] = [];
    const facts: StoredFact[] = [];
    for (const folding of this.#foldings.values()) {
      facts.push(...folding.facts);
      if (!folding.isChanged) continue;
      deliveries.push(folding);
      const before = folding.before === null ? noCounts : countsOf(folding.before);
      deltas.of(folding).move(before, countsOf(folding.summary));
    }
    return {
      deliveries,
      facts,
      breakerChanges: this.#breakerChanges,
      minutes: deltas.minutes(),
      hours: deltas.hours(),
    };
  }

  #foldingOf(
    {
      deliveryId,
      firstScheduledAtMs,
      tenantId,
      eventType,
    }: Pick<Delivery, keyof DeliveryKey | 'tenantId' | 'eventType'>,
    webhookId: string,
  ): Folding {
    const text = textOf({ deliveryId, firstScheduledAtMs });
    const open = this.#foldings.get(text);
    if (open !== undefined) return open;
    const folding: Folding = {
      deliveryId,
      firstScheduledAtMs,
      webhookId,
      tenantId,
      eventType,
      before: null,
      summary: emptySummary,
      hasBody: false,
      eventId: null,
      body: null,
      isChanged: true,
      attempts: [],
      facts: [],
    };
    this.#foldings.set(text, folding);
    return folding;
  }
}

function takeDelivery(folding: Folding, { eventId }: Delivery, body: Buffer): void {
  // Every retry carries the body again; it is stored once.
  if (folding.hasBody) return;
  folding.hasBody = true;
  folding.body = body;
  folding.eventId = eventId;
  folding.isChanged = true;
}

function takeFact(folding: Folding, fact: StoredFact, deltas: BucketDeltas): void {
  if (fact.kind !== 'attempted' || takeAttempt(folding, fact, deltas)) keepLatest(folding.facts, fact);
  // Also when a twin stands for the attempt: which of them decides the state is another question.
  const summary = withFact(folding.summary, fact);
  folding.isChanged ||= summary !== folding.summary;
  folding.summary = summary;
}

/** Counts the duration of an attempt once. False when a twin of it stands already. */
function takeAttempt(folding: Folding, fact: Attempted, deltas: BucketDeltas): boolean {
  const { attempts } = folding;
  const standing = { round: fact.round, attemptNumber: fact.attemptNumber, ...standingOf(fact) };
  const index = attempts.findIndex((one) => one.round === fact.round && one.attemptNumber === fact.attemptNumber);
  const counted = attempts[index];
  if (counted !== undefined && compareStandings(standing, counted) <= 0) return false;
  const minute = deltas.of(folding);
  if (counted === undefined) attempts.push(standing);
  else {
    minute.removeLatency(counted.totalMs);
    attempts[index] = standing;
  }
  minute.addLatency(standing.totalMs);
  return true;
}

/** One row for each attempt, and for each time it was put off. */
function keepLatest(facts: StoredFact[], fact: StoredFact): void {
  const index = facts.findIndex((other) => isSameRow(other, fact));
  const other = facts[index];
  if (other === undefined) facts.push(fact);
  else if (fact.kind === 'attempted' || fact.atMs > other.atMs) facts[index] = fact;
}

function isSameRow(left: StoredFact, right: StoredFact): boolean {
  return (
    left.kind === right.kind &&
    left.round === right.round &&
    left.attemptNumber === right.attemptNumber &&
    (left.kind !== 'deferred' || left.deferrals === right.deferrals)
  );
}

const RANKS = { succeeded: 3, failed: 2, retrying: 1 } as const;

export function standingOf(fact: Attempted): AttemptStanding {
  return { rank: RANKS[fact.outcome], atMs: fact.atMs, totalMs: fact.timings.totalMs };
}

function compareStandings(left: AttemptStanding, right: AttemptStanding): number {
  return left.rank - right.rank || left.atMs - right.atMs || left.totalMs - right.totalMs;
}

const textOf = (key: DeliveryKey): string => `${key.deliveryId}|${key.firstScheduledAtMs}`;

const attemptText = (key: AttemptKey): string => `${textOf(key)}|${key.round}|${key.attemptNumber}`;
