import { decodeFact } from '@signalbox/contracts';
import type { LogRecord, TailReader } from '@signalbox/kafka';
import { countBuckets, differingBuckets, differingDeliveries } from '../domain/compare.ts';
import type { CountedFact } from '../domain/recount.ts';
import { Recount } from '../domain/recount.ts';
import type { StoredCounts } from './stored-counts.port.ts';

export interface VerifyInput {
  /** Full name of `attempts`. */
  readonly topic: string;
  readonly reader: TailReader;
  readonly stored: StoredCounts;
  /** Deliveries first scheduled before are no longer kept. */
  readonly keptSinceMs: number;
}

export interface Verified {
  readonly facts: number;
  readonly unreadable: number;
  readonly deliveries: number;
  /** Deliveries first scheduled before are left out: the topic no longer has all of their facts, or the tables none. */
  readonly sinceMs: number;
  readonly differences: readonly string[];
}

const HOUR_MS = 3_600_000;

/** Reads all facts that are projected, counts them anew, and compares with the tables. */
export async function verify({ topic, reader, stored, keptSinceMs }: VerifyInput): Promise<Verified> {
  const positions = await stored.positions(topic);
  const projectedTo = new Map(positions.map(({ partition, offset }) => [partition, offset]));
  const recount = new Recount();
  const firstSeen = new Set<number>();
  let sinceMs = keptSinceMs;
  let facts = 0;
  let unreadable = 0;
  const take = (record: LogRecord): void => {
    // What retention has removed was older than the first record that is left.
    if (!firstSeen.has(record.partition) && record.offset > 0) sinceMs = Math.max(sinceMs, record.timestampMs);
    firstSeen.add(record.partition);
    if (record.offset >= (projectedTo.get(record.partition) ?? 0)) return;
    const fact = countedFactOf(record);
    if (fact === 'unreadable') unreadable++;
    else if (fact !== undefined) {
      facts++;
      recount.add(fact);
    }
  };
  const beginnings = positions.map(({ partition }) => ({ topic, partition, offset: 0 }));
  await reader.read(beginnings, take);
  // Whole hours, so that no bucket is compared that counts some of the left out.
  sinceMs = Math.ceil(sinceMs / HOUR_MS) * HOUR_MS;
  const recounted = [...recount.deliveries()].filter(({ firstScheduledAtMs }) => firstScheduledAtMs >= sinceMs);
  const differences = [
    ...differingDeliveries(recounted, await stored.deliveries(sinceMs)),
    ...differingBuckets('minute', countBuckets(recounted), await stored.minutes(sinceMs)),
    ...differingBuckets('hour', countBuckets(recounted, HOUR_MS), await stored.hours(sinceMs)),
  ];
  return { facts, unreadable, deliveries: recounted.length, sinceMs, differences };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Undefined for facts that are about no delivery. */
function countedFactOf(record: LogRecord): CountedFact | 'unreadable' | undefined {
  const fact = decodeFact(record.headers, record.value);
  if (fact.kind === 'not-a-fact' || !UUID.test(fact.deliveryId)) return 'unreadable';
  if (fact.kind === 'breaker-changed') return undefined;
  return {
    ...fact,
    outcome: fact.kind === 'attempted' ? fact.outcome : null,
    partition: record.partition,
    offset: record.offset,
  };
}
