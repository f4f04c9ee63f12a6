import type { MinuteCount, StoredDelivery } from '../domain/compare.ts';

/** The tables at one moment: what is read of them belongs together, whatever is projected meanwhile. */
export interface StoredCounts {
  /** Up to where each partition of the topic is projected. */
  positions(topic: string): Promise<readonly { readonly partition: number; readonly offset: number }[]>;
  /** Those of which any fact was projected, by `keyOf`. */
  deliveries(sinceMs: number): Promise<ReadonlyMap<string, StoredDelivery>>;
  minutes(sinceMs: number): Promise<ReadonlyMap<string, MinuteCount>>;
  hours(sinceMs: number): Promise<ReadonlyMap<string, MinuteCount>>;
}
