import { PostgresSession } from '@signalbox/postgres';
import type { HeldOutbox, OutboxEntry, OutboxHolding } from '../../application/outbox.port.ts';

/** Every commit to the outbox is notified on this channel. */
export const OUTBOX_CHANNEL = 'signalbox_outbox';
const LOCK = 'config-service:outbox-relay';

export interface PostgresOutboxOptions {
  readonly url: string;
  readonly schema: string;
}

/** One instance at a time relays: the holder of an advisory lock, over the very connection that holds it. */
export class PostgresOutboxHolding implements OutboxHolding {
  readonly #options: PostgresOutboxOptions;

  constructor(options: PostgresOutboxOptions) {
    this.#options = options;
  }

  async tryHold(listener: {
    readonly onChange: () => void;
    readonly onLost: () => void;
  }): Promise<HeldOutbox | undefined> {
    const session = await PostgresSession.open({
      ...this.#options,
      applicationName: 'config-service relay',
      onNotification: listener.onChange,
      onLost: listener.onLost,
    });
    try {
      if (await session.tryLock(LOCK)) {
        // Before the first look: a change between the two would otherwise wait for the next poll.
        await session.listen(OUTBOX_CHANNEL);
        return new PostgresHeldOutbox(session);
      }
    } catch (error) {
      await session.close().catch(() => undefined);
      throw error;
    }
    await session.close();
    return undefined;
  }
}

class PostgresHeldOutbox implements HeldOutbox {
  readonly #session: PostgresSession;

  constructor(session: PostgresSession) {
    this.#session = session;
  }

  async unpublished(limit: number): Promise<readonly OutboxEntry[]> {
    return this.#session.query<OutboxEntry>(
      `SELECT id::float8 AS id, topic, key, value, headers
       FROM outbox WHERE position IS NULL ORDER BY id LIMIT $1`,
      [limit],
    );
  }

  async markPublished(entries: readonly OutboxEntry[]): Promise<void> {
    await this.#session.query(
      `UPDATE outbox SET position = last.position + entry.place, published_at_ms = $2
       FROM unnest($1::bigint[]) WITH ORDINALITY AS entry (id, place),
            (SELECT coalesce(max(position), 0) AS position FROM outbox) AS last
       WHERE outbox.id = entry.id AND outbox.position IS NULL`,
      [entries.map(({ id }) => id), Date.now()],
    );
  }

  async prune(olderThanMs: number): Promise<void> {
    // Without gaps, also where a clock went back: who reads from a position is told when it is no longer kept. The highest
    // stays, or the next one would begin anew from 1.
    await this.#session.query(
      `DELETE FROM outbox WHERE position < (
         SELECT coalesce(min(position) FILTER (WHERE published_at_ms >= $1), max(position)) FROM outbox)`,
      [olderThanMs],
    );
  }

  async release(): Promise<void> {
    await this.#session.close();
  }
}
