import { bulkResendId } from '@signalbox/domain';
import { rowsOf } from '@signalbox/postgres';
import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { BulkResends, NewBulkResend } from '../../application/bulk-resends.port.ts';
import { KEY_MISMATCH } from '../../application/bulk-resends.port.ts';
import type { Owner } from '../../application/resend-requests.port.ts';
import type { BulkResend, ResendFilter, ResendableState } from '../../domain/bulk-resend.ts';
import { isAnswerTo, upTo } from '../../domain/bulk-resend.ts';
import { filterParameters } from './request-parameters.ts';
import { BULK, countMatching } from './resend.sql.ts';

const MOST_LISTED = 100;
/** As long as config-service keeps the answer of a call (contract.md section 5). */
const KEY_COUNTS_MS = 24 * 3_600_000;

interface BulkRow extends Omit<BulkResend, 'filter'> {
  readonly filterState: ResendableState;
  readonly fromMs: number;
  readonly toMs: number;
  readonly eventType: string | null;
}

export class PostgresBulkResends implements BulkResends {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async count(owner: Owner, filter: ResendFilter): Promise<number> {
    const [counted] = await rowsOf<{ matching: number }>(
      this.#dataSource,
      countMatching(filter.state),
      filterParameters(owner, filter),
    );
    return counted?.matching ?? 0;
  }

  async create(owner: Owner, bulk: NewBulkResend, matching: number): Promise<BulkResend | typeof KEY_MISMATCH> {
    const { actor, idempotencyKey, atMs } = bulk;
    for (let key = idempotencyKey; ;) {
      const id = key === undefined ? randomUUID() : bulkResendId(owner.tenantId, owner.webhookId, actor, key);
      const made = await this.#insert(owner, bulk, matching, id);
      if (made !== undefined) return made;
      const known = await this.find(owner, id);
      if (known !== undefined && known.createdAtMs > atMs - KEY_COUNTS_MS)
        return isAnswerTo(known, bulk.request) ? known : KEY_MISMATCH;
      // The key was used before it could be used again: the next one has an id by that time, which is the same for all who ask.
      if (known !== undefined) key = `${idempotencyKey}\n${known.createdAtMs}`;
    }
  }

  async #insert(
    owner: Owner,
    { request: { filter, ratePerSecond }, actor, atMs }: NewBulkResend,
    matching: number,
    id: string,
  ): Promise<BulkResend | undefined> {
    const [row] = await rowsOf<BulkRow>(
      this.#dataSource,
      `INSERT INTO bulk_resend (tenant_id, webhook_id, filter_state, filter_from, filter_to, filter_event_type,
         id, state, rate_per_second, matching, created_at, created_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'running', $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING RETURNING ${BULK}`,
      [...filterParameters(owner, upTo(filter, atMs)), id, ratePerSecond, matching, new Date(atMs), actor],
    );
    return row === undefined ? undefined : bulkOf(row);
  }

  async list({ tenantId, webhookId }: Owner): Promise<readonly BulkResend[]> {
    const rows = await rowsOf<BulkRow>(
      this.#dataSource,
      `SELECT ${BULK} FROM bulk_resend WHERE webhook_id = $2 AND tenant_id = $1
       ORDER BY created_at DESC, id LIMIT ${MOST_LISTED}`,
      [tenantId, webhookId],
    );
    return rows.map(bulkOf);
  }

  async find({ tenantId, webhookId }: Owner, id: string): Promise<BulkResend | undefined> {
    const [row] = await rowsOf<BulkRow>(
      this.#dataSource,
      `SELECT ${BULK} FROM bulk_resend WHERE id = $3 AND webhook_id = $2 AND tenant_id = $1`,
      [tenantId, webhookId, id],
    );
    return row === undefined ? undefined : bulkOf(row);
  }

  async cancel(owner: Owner, id: string, atMs: number): Promise<BulkResend | undefined> {
    await rowsOf(
      this.#dataSource,
      `UPDATE bulk_resend SET state = 'cancelled', ended_at = $4
       WHERE id = $3 AND webhook_id = $2 AND tenant_id = $1 AND state = 'running'`,
      [owner.tenantId, owner.webhookId, id, new Date(atMs)],
    );
    return this.find(owner, id);
  }
}

function bulkOf({ filterState, fromMs, toMs, eventType, ...bulk }: BulkRow): BulkResend {
  return { ...bulk, filter: { state: filterState, fromMs, toMs, eventType } };
}
