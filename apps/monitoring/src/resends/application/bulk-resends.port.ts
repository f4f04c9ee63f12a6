import type { BulkResend, ResendFilter, ResendRequest } from '../domain/bulk-resend.ts';
import type { Owner } from './resend-requests.port.ts';

/** The key belongs to another request. */
export const KEY_MISMATCH = 'key mismatch';

export interface NewBulkResend {
  readonly request: ResendRequest;
  readonly actor: string;
  readonly atMs: number;
  /** The caller's `Idempotency-Key`: asked again with it within 24 h, it is the same bulk resend. */
  readonly idempotencyKey?: string;
}

/** Resends of many that were asked for, and how far they are. */
export interface BulkResends {
  /** How many deliveries match now. */
  count(owner: Owner, filter: ResendFilter): Promise<number>;
  /**
   * Begins, or answers the one that began with the same key and request; another request with a key is a mismatch.
   * `matching`: how many deliveries were counted.
   */
  create(owner: Owner, bulk: NewBulkResend, matching: number): Promise<BulkResend | typeof KEY_MISMATCH>;
  /** Newest first, 100 at most. */
  list(owner: Owner): Promise<readonly BulkResend[]>;
  find(owner: Owner, id: string): Promise<BulkResend | undefined>;
  /** Ends it where it still runs; undefined when there is none. */
  cancel(owner: Owner, id: string, atMs: number): Promise<BulkResend | undefined>;
}
