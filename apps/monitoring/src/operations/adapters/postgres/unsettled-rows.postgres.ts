import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import { COUNT_STRAY_ROWS } from '../../../database/stray-rows.sql.ts';
import type { Unsettled, UnsettledRows } from '../../application/role-positions.port.ts';

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
    const [stray] = await rowsOf<{ readonly rows: number }>(this.#dataSource, COUNT_STRAY_ROWS);
    return {
      openLetters: new Map(letters.map(({ stage, count }) => [stage, count])),
      strayRows: stray?.rows ?? 0,
    };
  }
}
