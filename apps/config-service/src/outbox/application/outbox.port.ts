import type { OutboxTopic } from '../domain/outbox-message.ts';

/** A record to publish. */
export interface OutboxEntry {
  /** Of the outbox; ascending in version order for each webhook. */
  readonly id: number;
  readonly topic: OutboxTopic;
  readonly key: string;
  /** Encoded, secrets sealed; null is a tombstone. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The outbox as its one relay sees it. It is held by a lock that is gone as soon as the connection behind it is: every
 * call rejects from then on, so that a relay that lost the lock can mark nothing.
 */
export interface HeldOutbox {
  /** Oldest first. No cursor: a transaction that commits late would be skipped by one. */
  unpublished(limit: number): Promise<readonly OutboxEntry[]>;
  /** Gives each a global position, in the order given. */
  markPublished(entries: readonly OutboxEntry[]): Promise<void>;
  /** Forgets what was published before `olderThanMs`. */
  prune(olderThanMs: number): Promise<void>;
  release(): Promise<void>;
}

export interface OutboxHolding {
  /**
   * The outbox, or undefined while another instance holds it. `onChange` runs whenever any instance commits a change;
   * `onLost` once when the lock is gone.
   */
  tryHold(listener: { readonly onChange: () => void; readonly onLost: () => void }): Promise<HeldOutbox | undefined>;
}
