import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { Decision, LetterQuery, Letters } from '../../application/letters.port.ts';
import { HELD_FOR_MS } from '../../application/letters.port.ts';
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

  async settle(
    id: LetterId,
    decision: Decision,
    work: (letter: SettledLetter & LetterRecord) => Promise<boolean>,
  ): Promise<SettledLetter | 'absent' | 'held by another'> {
    const held = await this.#hold(id);
    if (held === undefined) {
      const letter = await this.one(id);
      if (letter === undefined) return 'absent';
      if (letter.status === 'open') return 'held by another';
      // It is settled: `work` says that to whoever asks.
      await work(letter);
      return letter;
    }
    try {
      if (await work(letterWithRecordOf(held))) {
        const settled = await this.#write(id, decision);
        if (settled !== undefined) return settled;
      }
    } finally {
      await this.#release(id, held.held_until);
    }
    return (await this.one(id)) ?? 'absent';
  }

  /**
   * A lease and no transaction: who redrives waits for Kafka for seconds, and a connection held all the while would be missing
   * to every other call.
   */
  async #hold({ partition, offset }: LetterId): Promise<(RecordRow & { readonly held_until: Date }) | undefined> {
    const [held] = await rowsOf<RecordRow & { readonly held_until: Date }>(
      this.#dataSource,
      `UPDATE monitoring.dead_letter SET held_until = date_trunc('milliseconds', clock_timestamp() + $3 * interval '1 ms')
       WHERE log_partition = $1 AND log_offset = $2 AND status = 'open'
         AND (held_until IS NULL OR held_until < clock_timestamp())
       RETURNING ${RECORD_COLUMNS}, held_until`,
      [partition, offset, HELD_FOR_MS],
    );
    return held;
  }

  async #release({ partition, offset }: LetterId, heldUntil: Date): Promise<void> {
    await this.#dataSource.query(
      `UPDATE monitoring.dead_letter SET held_until = NULL
       WHERE log_partition = $1 AND log_offset = $2 AND held_until = $3`,
      [partition, offset, heldUntil],
    );
  }

  /** Undefined where the letter was settled by another meanwhile. */
  async #write({ partition, offset }: LetterId, { status, by, atMs }: Decision): Promise<SettledLetter | undefined> {
    const [settled] = await rowsOf<LetterRow>(
      this.#dataSource,
      `UPDATE monitoring.dead_letter SET status = $3, decided_by = $4, decided_at = $5
       WHERE log_partition = $1 AND log_offset = $2 AND status = 'open' RETURNING ${LETTER_COLUMNS}`,
      [partition, offset, status, by, new Date(atMs)],
    );
    return settled && letterOf(settled);
  }
}
