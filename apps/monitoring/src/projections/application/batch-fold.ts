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
interface Folding {
  readonly key: DeliveryKey;
  /** Of the row, or else of the first record: whose counts it moves must not change on its way. */
  readonly webhookId: string;
  readonly tenantId: string;
  readonly eventType: string;
  /** Null when there is no row yet. */
  readonly before: DeliverySummary | null;
  summary: DeliverySummary;
  hasBody: boolean;
  eventId: string | null;
  body: Buffer | null;
  isChanged: boolean;
}

type FactRecord = Extract<ProjectedRecord, { kind: 'fact' }>;
type FactOfDelivery = FactRecord & { readonly fact: StoredFact };

/**
 * What a batch of records makes of the rows that are there. Two questions to the database come before: which of the
 * deliveries are known, and which attempts of theirs may have been counted already.
 */
export class BatchFold {
  readonly #records: readonly ProjectedRecord[];
  readonly #foldings = new Map<string, Folding>();
  readonly #known = new Map<string, KnownDelivery>();

  constructor(records: readonly ProjectedRecord[]) {
    this.#records = records;
  }

  keys(): readonly DeliveryKey[] {
    const keys = new Map<string, DeliveryKey>();
    for (const record of this.#records) {
      if (record.kind === 'unreadable' || isOfBreaker(record)) continue;
      const key = keyOf(record);
      keys.set(textOf(key), key);
    }
    return [...keys.values()];
  }

  /** Takes the answer to `keys`. Returns the attempts to be asked for: those that may not be new. */
  setKnown(known: readonly KnownDelivery[]): readonly AttemptKey[] {
    for (const delivery of known) this.#known.set(textOf(delivery), delivery);
    if (known.length === 0) return [];
    const contested = new Map<string, AttemptKey>();
    for (const record of this.#records) {
      if (record.kind !== 'fact' || record.fact.kind !== 'attempted') continue;
      const row = this.#known.get(textOf(record.fact));
      if (row !== undefined && !isNewAttempt(row.summary, record.fact))
        contested.set(attemptText(record.fact), record.fact);
    }
    return [...contested.values()];
  }

  /** @param counted the answer to what `setKnown` asked for. */
  changes(counted: readonly (AttemptKey & AttemptStanding)[]): Changes {
    const attempts = new Map<string, AttemptStanding>(counted.map((attempt) => [attemptText(attempt), attempt]));
    const facts = new Map<string, StoredFact>();
    const breakerChanges: BreakerChanged[] = [];
    const deltas = new BucketDeltas();
    for (const record of this.#records) {
      if (record.kind === 'delivery') this.#takeDelivery(record);
      else if (isOfDelivery(record)) {
        const { fact } = record;
        const folding = this.#foldingOf(fact, fact);
        if (fact.kind !== 'attempted' || takeAttempt(attempts, fact, folding, deltas)) keepLatest(facts, fact);
        // Also when a twin stands for the attempt: which of them decides the state is another question.
        const summary = withFact(folding.summary, fact);
        folding.isChanged ||= summary !== folding.summary;
        folding.summary = summary;
      } else if (isOfBreaker(record)) breakerChanges.push(record.fact);
    }
    const deliveries: DeliveryRow[] = [];
    for (const folding of this.#foldings.values()) {
      if (!folding.isChanged) continue;
      deliveries.push(rowOf(folding));
      const before = folding.before === null ? noCounts : countsOf(folding.before);
      deltas.move({ ...folding, ...folding.key }, before, countsOf(folding.summary));
    }
    return { deliveries, facts: [...facts.values()], breakerChanges, minutes: deltas.minutes(), hours: deltas.hours() };
  }

  #takeDelivery({ webhookId, delivery, body }: { webhookId: string; delivery: Delivery; body: Buffer }): void {
    const folding = this.#foldingOf(delivery, { ...delivery, webhookId });
    // Every retry carries the body again; it is stored once.
    if (folding.hasBody) return;
    folding.hasBody = true;
    folding.body = body;
    folding.eventId = delivery.eventId;
    folding.isChanged = true;
  }

  #foldingOf(
    { deliveryId, firstScheduledAtMs }: DeliveryKey,
    origin: { readonly webhookId: string; readonly tenantId: string; readonly eventType: string },
  ): Folding {
    const text = textOf({ deliveryId, firstScheduledAtMs });
    const open = this.#foldings.get(text);
    if (open !== undefined) return open;
    const row = this.#known.get(text);
    const folding: Folding = {
      key: { deliveryId, firstScheduledAtMs },
      webhookId: row?.webhookId ?? origin.webhookId,
      tenantId: row?.tenantId ?? origin.tenantId,
      eventType: origin.eventType,
      before: row?.summary ?? null,
      summary: row?.summary ?? emptySummary,
      hasBody: row?.hasBody ?? false,
      eventId: null,
      body: null,
      isChanged: row === undefined,
    };
    this.#foldings.set(text, folding);
    return folding;
  }
}

/** Counts the duration of an attempt once. False when a twin of it stands already. */
function takeAttempt(
  attempts: Map<string, AttemptStanding>,
  fact: Attempted,
  folding: Folding,
  deltas: BucketDeltas,
): boolean {
  const text = attemptText(fact);
  const standing = standingOf(fact);
  const counted = attempts.get(text);
  if (counted !== undefined && compareStandings(standing, counted) <= 0) return false;
  const owner = { ...folding, ...folding.key };
  if (counted !== undefined) deltas.removeLatency(owner, counted.totalMs);
  deltas.addLatency(owner, standing.totalMs);
  attempts.set(text, standing);
  return true;
}

/** One row for each attempt, and for each time it was put off. */
function keepLatest(facts: Map<string, StoredFact>, fact: StoredFact): void {
  const text = `${attemptText(fact)}|${fact.kind}|${fact.kind === 'deferred' ? fact.deferrals : 0}`;
  const other = facts.get(text);
  if (other === undefined || fact.kind === 'attempted' || fact.atMs > other.atMs) facts.set(text, fact);
}

const RANKS = { succeeded: 3, failed: 2, retrying: 1 } as const;

export function standingOf(fact: Attempted): AttemptStanding {
  return { rank: RANKS[fact.outcome], atMs: fact.atMs, totalMs: fact.timings.totalMs };
}

function compareStandings(left: AttemptStanding, right: AttemptStanding): number {
  return left.rank - right.rank || left.atMs - right.atMs || left.totalMs - right.totalMs;
}

function rowOf({ key, webhookId, tenantId, eventType, eventId, body, summary }: Folding): DeliveryRow {
  return { ...key, webhookId, tenantId, eventType, eventId, body, summary };
}

function isOfBreaker(record: ProjectedRecord): record is FactRecord & { readonly fact: BreakerChanged } {
  return record.kind === 'fact' && record.fact.kind === 'breaker-changed';
}

function isOfDelivery(record: ProjectedRecord): record is FactOfDelivery {
  return record.kind === 'fact' && record.fact.kind !== 'breaker-changed';
}

function keyOf(record: Exclude<ProjectedRecord, { kind: 'unreadable' }>): DeliveryKey {
  const { deliveryId, firstScheduledAtMs } = record.kind === 'delivery' ? record.delivery : record.fact;
  return { deliveryId, firstScheduledAtMs };
}

const textOf = (key: DeliveryKey): string => `${key.deliveryId}|${key.firstScheduledAtMs}`;

const attemptText = (key: AttemptKey): string => `${textOf(key)}|${key.round}|${key.attemptNumber}`;
