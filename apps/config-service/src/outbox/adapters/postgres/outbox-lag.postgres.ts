import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';

export interface OutboxLag {
  readonly records: number;
  /** Age of the oldest; 0 where nothing waits. */
  readonly seconds: number;
}

/** How far the topics are behind the database. */
export async function outboxLagOf(database: SqlRunner, nowMs: number): Promise<OutboxLag> {
  const [lag] = await rowsOf<{ records: number; oldest: number | null }>(
    database,
    'SELECT count(*)::int AS records, min(committed_at_ms)::float8 AS oldest FROM outbox WHERE position IS NULL',
  );
  if (lag === undefined || lag.oldest === null) return { records: 0, seconds: 0 };
  return { records: lag.records, seconds: Math.max(0, nowMs - lag.oldest) / 1_000 };
}
