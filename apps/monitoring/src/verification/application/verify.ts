import { decodeFact } from '@signalbox/contracts';
import type { LogRecord, TailReader } from '@signalbox/kafka';
import type { ComparedTime } from '../domain/compare.ts';
import { Comparison } from '../domain/compare.ts';
import type { CountedFact } from '../domain/counted-fact.ts';
import { sliceOf } from '../domain/counted-fact.ts';
import { countedFact } from './read-fact.ts';
import { Recount } from '../domain/recount.ts';
import type { Slice, StoredRows } from './stored-rows.port.ts';

export interface VerifyInput {
  /** Full name of `attempts`. */
  readonly topic: string;
  readonly reader: TailReader;
  readonly stored: StoredRows;
  /** Whole hours. Deliveries first scheduled before are no longer kept, or not asked for. */
  readonly time: ComparedTime;
  /** This webhook alone; null: all. */
  readonly webhookId: string | null;
  /** In which partition of the topic a webhook's facts lie. */
  readonly partitionOf: (webhookId: string, partitions: number) => number;
  /** Facts that are held in memory at once, about. */
  readonly maxFacts: number;
  readonly onDifference: (difference: string) => void;
}

export interface Verified {
  readonly facts: number;
  readonly unreadable: number;
  readonly deliveries: number;
  /** Of the topic, for each partition that has records. */
  readonly begins: readonly LogBegin[];
  /** Partitions of which nothing is left in the topic: there is nothing to compare their webhooks with. */
  readonly emptied: readonly number[];
  /** Raised to where the topic still has all facts of a delivery. */
  readonly time: ComparedTime;
  readonly passes: number;
}

export interface LogBegin {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
}

const HOUR_MS = 3_600_000;
const MAX_SLICES = 256;

/**
 * Counts all facts that are projected anew and compares with the tables. So that any number of them fits into memory, the
 * topic is read once for each slice of the webhooks.
 */
export async function verify(input: VerifyInput): Promise<Verified> {
  const { topic, reader, stored, webhookId } = input;
  const positions = await stored.positions(topic);
  const projectedTo = new Map(positions.map(({ partition, offset }) => [partition, offset]));
  const beginnings = positions.map(({ partition }) => ({ topic, partition, offset: 0 }));
  const putAside = await stored.putAside(topic);
  const begins = new Map<number, LogBegin>();
  let records = 0;
  const isProjected = ({ partition, offset }: LogRecord): boolean => offset < (projectedTo.get(partition) ?? 0);
  await reader.read(beginnings, (record) => {
    const { partition, offset, timestampMs } = record;
    if (!begins.has(partition)) begins.set(partition, { partition, offset, timestampMs });
    if (isProjected(record)) records++;
  });
  // What retention has removed was older than the first record that is left.
  const cuts = [...begins.values()].flatMap(({ offset, timestampMs }) => (offset > 0 ? [timestampMs] : []));
  const sinceMs = Math.ceil(Math.max(input.time.sinceMs, ...cuts) / HOUR_MS) * HOUR_MS;
  const time = { sinceMs, untilMs: Math.max(sinceMs, input.time.untilMs) };
  const emptied = positions.flatMap(({ partition, offset }) =>
    offset > 0 && !begins.has(partition) ? [partition] : [],
  );
  const isCompared = (row: { readonly webhookId: string }): boolean =>
    emptied.length === 0 || !emptied.includes(input.partitionOf(row.webhookId, positions.length));
  const count = webhookId === null ? Math.min(MAX_SLICES, Math.ceil(records / input.maxFacts) || 1) : 1;
  let facts = 0;
  let unreadable = 0;
  let deliveries = 0;
  for (let index = 0; index < count; index++) {
    const slice: Slice = { index, count, webhookId };
    const recount = new Recount();
    await reader.read(beginnings, (record) => {
      if (!isProjected(record) || !isOf(slice, record.key)) return;
      const fact = countedFactOf(record, putAside);
      if (fact === 'unreadable') unreadable++;
      else if (fact !== undefined && fact.firstScheduledAtMs >= sinceMs) {
        facts++;
        recount.add(fact);
      }
    });
    deliveries += await compare(slice, new Comparison(recount, time), { ...input, time }, isCompared);
  }
  if (webhookId === null) for (const difference of await stored.differingTenants(time)) input.onDifference(difference);
  return { facts, unreadable, deliveries, begins: [...begins.values()], emptied, time, passes: count };
}

/** Returns how many deliveries were compared. */
async function compare(
  slice: Slice,
  comparison: Comparison,
  input: VerifyInput,
  isCompared: (row: { readonly webhookId: string }) => boolean,
): Promise<number> {
  const { stored, time, onDifference } = input;
  const tell = (differences: Iterable<string>): void => {
    for (const difference of differences) onDifference(difference);
  };
  let compared = 0;
  for await (const rows of stored.deliveries(slice, time)) {
    for (const row of rows.filter(isCompared)) {
      if (row.state !== 'queued') compared++;
      tell(comparison.delivery(row));
    }
  }
  for await (const rows of stored.attempts(slice, time)) {
    for (const row of rows.filter(isCompared)) tell(comparison.attempt(row));
  }
  tell(comparison.missing());
  for (const [table, what, expected] of [
    ['webhook_minute', 'minute', comparison.minutes],
    ['webhook_hour', 'hour', comparison.hours],
  ] as const) {
    for await (const rows of stored.buckets(table, slice, time)) {
      for (const row of rows.filter(isCompared)) tell(expected.compare(what, row));
    }
    tell(expected.missing(what));
  }
  return compared;
}

function isOf({ index, count, webhookId }: Slice, key: Buffer | null): boolean {
  const id = key?.toString() ?? '';
  return webhookId === null ? sliceOf(id, count) === index : id === webhookId;
}

/** Undefined for facts that are about no delivery. */
function countedFactOf(record: LogRecord, putAside: ReadonlySet<string>): CountedFact | 'unreadable' | undefined {
  const { partition, offset } = record;
  const fact = decodeFact(record.headers, record.value);
  if (fact.kind === 'not-a-fact' || putAside.has(`${partition}/${offset}`)) return 'unreadable';
  if (fact.kind === 'breaker-changed') return undefined;
  return countedFact(fact, { partition, offset });
}
