import type { CallSlot, KeptAnswer } from '../domain/idempotent-call.ts';

/** Answers of the last 24 hours, sealed where they rest. */
export interface KeptAnswers {
  find(slot: CallSlot): Promise<KeptAnswer | undefined>;
  /**
   * Runs `work` and keeps its answer in the transaction of what it writes: both are there afterwards or neither is.
   * `taken`: another call of the slot has kept its answer first, and nothing that `work` wrote is there.
   */
  keep(slot: CallSlot, work: () => Promise<KeptAnswer>): Promise<KeptAnswer | 'taken'>;
  /** Forgets what is older than 24 hours. */
  prune(): Promise<void>;
}
