import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { Unsettled, UnsettledRows } from '../../application/role-positions.port.ts';

/** More than this is not counted: it is looked at every few seconds, and one is too many already. */
const MAX_COUNTED = 10_000;
const PARTITIONED = ['delivery', 'attempt', 'webhook_minute', 'webhook_hour'] as const;

const strayRows = PARTITIONED.map(
  (table) => `(SELECT count(*) FROM (SELECT 1 FROM monitoring.${table}_default LIMIT ${MAX_COUNTED}) AS rows)`,
).join(' + ');

/** {@link UnsettledRows} of the read models. */
export class PostgresUnsettledRows implements UnsettledRows {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async count(): Promise<Unsettled> {
    const letters = await rowsOf<{ readonly stage: string; readonly count: number }>(
      this.#dataSource,
      `SELECT stage, count(*)::int4 AS count FROM monitoring.dead_letter WHERE status = 'open' GROUP BY stage`,
    );
    const [stray] = await rowsOf<{ readonly rows: number }>(this.#dataSource, `SELECT (${strayRows})::int4 AS rows`);
    return {
      openLetters: new Map(letters.map(({ stage, count }) => [stage, count])),
      strayRows: stray?.rows ?? 0,
    };
  }
}
