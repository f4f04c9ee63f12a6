import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { Positions } from '../../domain/catch-up.ts';

/** How far these topics are projected. */
export async function projectedPositions(dataSource: DataSource, topics: readonly string[]): Promise<Positions> {
  const rows = await rowsOf<{ readonly topic: string; readonly partition: number; readonly next_offset: number }>(
    dataSource,
    'SELECT topic, partition, next_offset FROM projection_offset WHERE topic = ANY($1)',
    [topics],
  );
  return new Map(rows.map(({ topic, partition, next_offset: offset }) => [`${topic}/${partition}`, offset]));
}
