import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';

/** How far the projections are. */
export class PostgresProjectedPositions {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  /** The next offset of each `<topic>/<partition>`. */
  async read(): Promise<ReadonlyMap<string, number>> {
    const rows = await rowsOf<{ readonly topic: string; readonly partition: number; readonly next_offset: number }>(
      this.#dataSource,
      'SELECT topic, partition, next_offset FROM monitoring.projection_offset',
    );
    return new Map(rows.map(({ topic, partition, next_offset }) => [`${topic}/${partition}`, next_offset]));
  }
}
