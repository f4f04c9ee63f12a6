import type { Attempted, Delivery } from '@signalbox/contracts';
import type { AttemptSlot, AttemptStanding } from '../domain/attempt-standing.ts';
import { attemptStandingOf, compareAttemptStandings, compareSlots } from '../domain/attempt-standing.ts';
import type { BucketDeltas, OpenDelta } from '../domain/bucket-deltas.ts';
import { countsOf, noCounts } from '../domain/delivery-counts.ts';
import type { DeliverySummary } from '../domain/delivery-summary.ts';
import { emptySummary, withFact, withRound } from '../domain/delivery-summary.ts';
import { compareFacts } from './fact-order.ts';
import type { DeliveryMove, DeliveryRow, KnownDelivery, StoredFact } from './read-models.port.ts';

/** A delivery while a batch is folded into it. */
export class Folding implements DeliveryRow {
  readonly deliveryId: string;
  /** The lowest that any of its records tells: an event that was published again is the same delivery. */
  firstScheduledAtMs: number;
  /** Of the row, or else of the first record: whose counts it moves must not change on its way. */
  webhookId: string;
  tenantId: string;
  readonly eventType: string;
  eventId: string | null = null;
  body: Buffer | null = null;
  summary: DeliverySummary = emptySummary;
  facts: StoredFact[] = [];
  #known: KnownDelivery | null = null;
  #hasBody = false;
  /** What it counts has changed, though its summary may be the same. */
  #countsAnew = false;
  /** The minute it counts in, once asked for. */
  #minute: OpenDelta | undefined;
  /** Attempts that are counted. Few: a list, as most deliveries have one. */
  readonly #attempts: (AttemptSlot & AttemptStanding)[] = [];

  constructor({ deliveryId, firstScheduledAtMs, tenantId, eventType }: Told, webhookId: string) {
    this.deliveryId = deliveryId;
    this.firstScheduledAtMs = firstScheduledAtMs;
    this.webhookId = webhookId;
    this.tenantId = tenantId;
    this.eventType = eventType;
  }

  get known(): KnownDelivery | null {
    return this.#known;
  }

  get revision(): number {
    return (this.#known?.revision ?? 0) + 1;
  }

  get isChanged(): boolean {
    // Counts are only safe behind the row's revision: two transactions that count twins of an attempt must not both succeed.
    const { body, move, summary } = this;
    return (
      this.#known === null || body !== null || summary !== this.#known.summary || move !== null || this.#countsAnew
    );
  }

  /** Where its rows have to go, when a record tells of an earlier first scheduling than they do. */
  get move(): DeliveryMove | null {
    const { deliveryId, firstScheduledAtMs: toMs } = this;
    const fromMs = this.#known?.firstScheduledAtMs ?? toMs;
    return fromMs === toMs ? null : { deliveryId, fromMs, toMs };
  }

  setKnown(known: KnownDelivery): void {
    this.#known = known;
    this.webhookId = known.webhookId;
    this.tenantId = known.tenantId;
    this.summary = known.summary;
    this.#hasBody = known.hasBody;
    this.firstScheduledAtMs = Math.min(this.firstScheduledAtMs, known.firstScheduledAtMs);
  }

  setCounted(attempt: AttemptSlot & AttemptStanding): void {
    this.#attempts.push(attempt);
  }

  /** Takes what was counted so far to the minute it belongs to now. To be called before anything is taken in. */
  carryOver(deltas: BucketDeltas): void {
    if (this.move === null || this.#known === null) return;
    const [left, entered] = [deltas.of(this.#known), this.#minuteOf(deltas)];
    const counts = countsOf(this.#known.summary);
    left.move(counts, noCounts);
    entered.move(noCounts, counts);
    for (const attempt of this.#attempts) {
      left.removeAttempt(attempt);
      entered.addAttempt(attempt);
    }
  }

  takeDelivery({ eventId, round }: Delivery, body: Buffer): void {
    this.summary = withRound(this.summary, round);
    // Every retry carries the body again; it is stored once.
    if (this.#hasBody) return;
    this.#hasBody = true;
    this.body = body;
    this.eventId = eventId;
  }

  takeFact(fact: StoredFact, deltas: BucketDeltas): void {
    if (fact.kind !== 'attempted' || this.#takeAttempt(fact, deltas)) keepLatest(this.facts, this.#placed(fact));
    // Also when a twin stands for the attempt: which of them decides the state is another question.
    this.summary = withFact(this.summary, fact);
  }

  /** Counts it as what it has become. To be called after everything was taken in. */
  count(deltas: BucketDeltas): void {
    const before = this.#known === null ? noCounts : countsOf(this.#known.summary);
    const after = countsOf(this.summary);
    if (before !== after) this.#minuteOf(deltas).move(before, after);
  }

  /** Counts an attempt once. False when a twin of it stands already. */
  #takeAttempt(fact: Attempted, deltas: BucketDeltas): boolean {
    const standing = { round: fact.round, attemptNumber: fact.attemptNumber, ...attemptStandingOf(fact) };
    const index = this.#attempts.findIndex((one) => compareSlots(one, fact) === 0);
    const counted = this.#attempts[index];
    const order = counted === undefined ? 1 : compareAttemptStandings(standing, counted);
    // What counts alike may still differ in what is only shown: the table decides.
    if (order === 0) return true;
    if (order < 0) return false;
    this.#countsAnew = true;
    const minute = this.#minuteOf(deltas);
    if (counted === undefined) this.#attempts.push(standing);
    else {
      minute.removeAttempt(counted);
      this.#attempts[index] = standing;
    }
    minute.addAttempt(standing);
    return true;
  }

  #minuteOf(deltas: BucketDeltas): OpenDelta {
    return (this.#minute ??= deltas.of(this));
  }

  #placed(fact: StoredFact): StoredFact {
    const { firstScheduledAtMs } = this;
    return fact.firstScheduledAtMs === firstScheduledAtMs ? fact : { ...fact, firstScheduledAtMs };
  }
}

type Told = Pick<Delivery, 'deliveryId' | 'firstScheduledAtMs' | 'tenantId' | 'eventType'>;

/** One row for each attempt, and for each time it was put off. */
function keepLatest(facts: StoredFact[], fact: StoredFact): void {
  const index = facts.findIndex((other) => isSameRow(other, fact));
  const other = facts[index];
  if (other === undefined) facts.push(fact);
  else if (compareFacts(fact, other) > 0) facts[index] = fact;
}

function isSameRow(left: StoredFact, right: StoredFact): boolean {
  return (
    left.kind === right.kind &&
    compareSlots(left, right) === 0 &&
    (left.kind !== 'deferred' || left.deferrals === right.deferrals)
  );
}
