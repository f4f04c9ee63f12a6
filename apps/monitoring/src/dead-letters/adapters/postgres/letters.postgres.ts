import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { Decision, LetterQuery, Letters } from '../../application/letters.port.ts';
import type { LetterId, LetterRecord, SettledLetter } from '../../domain/letter.ts';
import type { LetterRow, RecordRow } from './letter-row.ts';
import { LETTER_COLUMNS, RECORD_COLUMNS, letterOf, letterWithRecordOf } from './letter-row.ts';

/** {@link Letters} in the table `dead_letter`. */
export class PostgresLetters implements Letters {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async page({ reasons, status, fromMs, toMs, after, limit }: LetterQuery): Promise<readonly SettledLetter[]> {
    const parameters: unknown[] = [];
    const given = (value: unknown): string => `$${parameters.push(value)}`;
    const conditions = [
      ...(reasons.length === 0 ? [] : [`reason = ANY(${given(reasons)}::text[])`]),
      ...(status === null ? [] : [`status = ${given(status)}`]),
      ...(fromMs === null ? [] : [`at >= ${given(new Date(fromMs))}`]),
      ...(toMs === null ? [] : [`at <= ${given(new Date(toMs))}`]),
      ...(after === null
        ? []
        : [
            `(at, log_partition, log_offset) < (${given(new Date(after.atMs))}, ${given(after.partition)}, ${given(after.offset)})`,
          ]),
    ];
    const rows = await rowsOf<LetterRow>(
      this.#dataSource,
      `SELECT ${LETTER_COLUMNS} FROM monitoring.dead_letter
       WHERE ${conditions.length === 0 ? 'true' : conditions.join(' AND ')}
       ORDER BY at DESC, log_partition DESC, log_offset DESC LIMIT ${given(limit + 1)}`,
      parameters,
    );
    return rows.map(letterOf);
  }

  async one({ partition, offset }: LetterId): Promise<(SettledLetter & LetterRecord) | undefined> {
    const [row] = await rowsOf<RecordRow>(
      this.#dataSource,
      `SELECT ${RECORD_COLUMNS} FROM monitoring.dead_letter WHERE log_partition = $1 AND log_offset = $2`,
      [partition, offset],
    );
    return row && letterWithRecordOf(row);
  }

  /** Not `inTransaction`, which would do the work, and its effect outside the database, again after a conflict. */
  async settle(
    { partition, offset }: LetterId,
    { status, by, atMs }: Decision,
    work: (letter: SettledLetter & LetterRecord) => Promise<boolean>,
  ): Promise<SettledLetter | undefined> {
    return this.#dataSource.transaction(async (manager) => {
      const [held] = await rowsOf<RecordRow>(
        manager,
        `SELECT ${RECORD_COLUMNS} FROM monitoring.dead_letter WHERE log_partition = $1 AND log_offset = $2 FOR UPDATE`,
        [partition, offset],
      );
      if (held === undefined) return undefined;
      if (!(await work(letterWithRecordOf(held)))) return letterOf(held);
      const [settled] = await rowsOf<LetterRow>(
        manager,
        `UPDATE monitoring.dead_letter SET status = $3, decided_by = $4, decided_at = $5
         WHERE log_partition = $1 AND log_offset = $2 RETURNING ${LETTER_COLUMNS}`,
        [partition, offset, status, by, new Date(atMs)],
      );
      return settled && letterOf(settled);
    });
  }
}
