import { inHeldTransaction, inTransaction, rowsOf } from '@signalbox/postgres';
import type { SecretBox } from '@signalbox/secrets';
import type { DataSource } from 'typeorm';
import type { KeptAnswers } from '../../application/kept-answers.port.ts';
import type { CallSlot, KeptAnswer } from '../../domain/idempotent-call.ts';
import { ANSWER_KEPT_MS } from '../../domain/idempotent-call.ts';

/** An answer was sealed with a key that the keyring lacks. An operator must act; to do it all again would be wrong. */
class AnswerUnreadable extends Error {
  readonly code = 'service.unavailable';
}

class SlotIsTaken extends Error {}

/** Kept answers in Postgres: an answer may show a signing key or header values, so that all of it is sealed. */
export class PostgresKeptAnswers implements KeptAnswers {
  readonly #dataSource: DataSource;
  readonly #box: SecretBox;
  readonly #now: () => number;

  constructor(dataSource: DataSource, box: SecretBox, now: () => number) {
    this.#dataSource = dataSource;
    this.#box = box;
    this.#now = now;
  }

  async find(slot: CallSlot): Promise<KeptAnswer | undefined> {
    const { tenantId, actor, key } = slot;
    const [row] = await rowsOf<{ sealed: string }>(
      this.#dataSource,
      `SELECT sealed FROM idempotent_answer
       WHERE tenant_id = $1 AND actor = $2 AND key = $3 AND created_at_ms > $4`,
      [tenantId, actor, key, this.#now() - ANSWER_KEPT_MS],
    );
    if (row === undefined) return undefined;
    const opened = this.#box.open(row.sealed, associatedWith(slot));
    if (opened.kind === 'opened') return JSON.parse(opened.plain) as KeptAnswer;
    throw new AnswerUnreadable(`A kept answer cannot be opened: ${opened.kind}`);
  }

  async keep(slot: CallSlot, work: () => Promise<KeptAnswer>): Promise<KeptAnswer | 'taken'> {
    try {
      return await inHeldTransaction(this.#dataSource, async () => {
        const answer = await work();
        await this.#write(slot, answer);
        return answer;
      });
    } catch (error) {
      if (error instanceof SlotIsTaken) return 'taken';
      throw error;
    }
  }

  async prune(): Promise<void> {
    const olderThanMs = this.#now() - ANSWER_KEPT_MS;
    await rowsOf(this.#dataSource, 'DELETE FROM idempotent_answer WHERE created_at_ms <= $1', [olderThanMs]);
  }

  /** Waits for a twin that has written and is not committed yet; takes the place of an answer that is too old. */
  async #write(slot: CallSlot, answer: KeptAnswer): Promise<void> {
    const { tenantId, actor, key } = slot;
    const sealed = this.#box.seal(JSON.stringify(answer), associatedWith(slot));
    const nowMs = this.#now();
    const written = await inTransaction(this.#dataSource, async (manager) =>
      rowsOf(
        manager,
        `INSERT INTO idempotent_answer AS kept (tenant_id, actor, key, sealed, created_at_ms) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, actor, key) DO UPDATE SET sealed = excluded.sealed, created_at_ms = excluded.created_at_ms
           WHERE kept.created_at_ms <= $6
         RETURNING 1`,
        [tenantId, actor, key, sealed, nowMs, nowMs - ANSWER_KEPT_MS],
      ),
    );
    if (written.length === 0) throw new SlotIsTaken();
  }
}

/** An answer that was copied to another slot does not open there. */
function associatedWith({ tenantId, actor, key }: CallSlot): string {
  return JSON.stringify(['idempotent-answer', tenantId, actor, key]);
}
