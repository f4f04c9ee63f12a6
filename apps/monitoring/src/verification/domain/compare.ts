import { BucketRecount } from './bucket-recount.ts';
import type { StoredDelivery } from './compare-delivery.ts';
import { deliveryDifferences } from './compare-delivery.ts';
import type { CountedFact } from './counted-fact.ts';
import { differingOf, isTold, slotOf } from './counted-fact.ts';
import type { Recount, RecountedDelivery } from './recount.ts';

/** A row of the table of attempts. */
export type StoredFact = Omit<CountedFact, 'eventType' | 'why' | 'partition' | 'offset'>;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const COMPARED = [
  'tenantId',
  'webhookId',
  'outcome',
  'atMs',
  'totalMs',
  'statusCode',
  'errorClass',
  'nextAtMs',
] as const;

/** Which deliveries are compared, by when they were first scheduled, Unix ms. */
export interface ComparedTime {
  readonly sinceMs: number;
  /** Exclusive. */
  readonly untilMs: number;
}

/** Compares what facts say with rows, as these come; every difference names the delivery and where its fact lies. */
export class Comparison {
  readonly minutes = new BucketRecount(MINUTE_MS);
  readonly hours = new BucketRecount(HOUR_MS);
  readonly #recount: Recount;
  readonly #time: ComparedTime;
  /** Deliveries whose row was seen, and the slots of each that have no row yet. */
  readonly #open = new Map<string, Set<string>>();

  constructor(recount: Recount, time: ComparedTime) {
    this.#recount = recount;
    this.#time = time;
  }

  *delivery(row: StoredDelivery): Generator<string> {
    const facts = this.#recount.delivery(row.deliveryId);
    if (row.state === 'queued' && facts === undefined) {
      this.#countQueued(row);
      return;
    }
    if (facts === undefined) {
      yield `delivery ${row.deliveryId} of webhook ${row.webhookId}: has a row and no facts`;
      return;
    }
    if (this.#open.has(row.deliveryId)) {
      yield `${nameOf(facts)}: has two rows, one of them at ${new Date(row.firstScheduledAtMs).toISOString()}`;
      return;
    }
    this.#open.set(row.deliveryId, new Set(facts.slots.keys()));
    for (const difference of deliveryDifferences(facts, row)) yield `${nameOf(facts)}: ${difference}`;
    const [first = ''] = facts.possibleStates;
    this.#count(facts, row.firstScheduledAtMs, facts.possibleStates.includes(row.state) ? row.state : first);
  }

  *attempt(row: StoredFact): Generator<string> {
    const facts = this.#recount.delivery(row.deliveryId);
    const slot = slotOf(row);
    const standing = facts?.standing.get(slot);
    const isSame = (twin: CountedFact): boolean => twin.further === row.further && twin.nextAtMs === row.nextAtMs;
    const fact = standing?.find(isSame) ?? standing?.[0];
    if (facts === undefined || fact === undefined) {
      yield `delivery ${row.deliveryId} of webhook ${row.webhookId}: its row "${slot}" has no fact`;
      return;
    }
    if (this.#open.get(row.deliveryId)?.delete(slot) === false) {
      yield `${nameOf(facts, fact)}: "${slot}" has two rows`;
      return;
    }
    for (const name of COMPARED) {
      if (row[name] === fact[name]) continue;
      yield `${nameOf(facts, fact)}: ${name} of "${slot}" is ${row[name]}, the fact says ${fact[name]}`;
    }
    // An older version beside a newer sender kept no names of headers.
    const isOlder = row.kind === 'attempted' && !isTold(row.further, 'detail');
    for (const name of differingOf(row.further, fact.further)) {
      if (isOlder && name === 'detail') continue;
      yield `${nameOf(facts, fact)}: ${name} of "${slot}" is not what the fact says`;
    }
  }

  /** What the facts tell of and no row was seen of. */
  *missing(): Generator<string> {
    for (const facts of this.#recount.deliveries()) {
      const slots = this.#open.get(facts.deliveryId);
      if (slots === undefined) {
        if (!this.#isCompared(facts.firstScheduledAtMs)) continue;
        yield `${nameOf(facts)}: has facts and no row`;
        this.#count(facts, facts.firstScheduledAtMs, facts.possibleStates[0] ?? '');
        continue;
      }
      for (const slot of slots) yield `${nameOf(facts, facts.slots.get(slot))}: "${slot}" has no row`;
    }
  }

  #isCompared(timeMs: number): boolean {
    return timeMs >= this.#time.sinceMs && timeMs < this.#time.untilMs;
  }

  #count(facts: RecountedDelivery, firstScheduledAtMs: number, state: string): void {
    for (const buckets of [this.minutes, this.hours]) buckets.add(facts, firstScheduledAtMs, state);
  }

  #countQueued({ tenantId, webhookId, firstScheduledAtMs }: StoredDelivery): void {
    for (const buckets of [this.minutes, this.hours]) buckets.addQueued(tenantId, webhookId, firstScheduledAtMs);
  }
}

function nameOf({ deliveryId, webhookId, partition, offset }: RecountedDelivery, fact?: CountedFact): string {
  const at = fact ?? { partition, offset };
  return `delivery ${deliveryId} of webhook ${webhookId} (attempts[${at.partition}] offset ${at.offset})`;
}
