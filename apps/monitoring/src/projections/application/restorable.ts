import type { LogRemains } from '../domain/log-remains.ts';
import { completeSince } from '../domain/log-remains.ts';

/** The deliveries that a webhook has in the tables. */
export interface HeldWebhook {
  readonly webhookId: string;
  /** First scheduling of its oldest delivery, Unix ms. */
  readonly firstMs: number;
}

export interface LostDeliveries {
  readonly deliveries: number;
  /** First scheduling of the oldest and the newest of them, Unix ms. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What is asked of the tables before they are emptied. What is older than the retention does not count. */
export interface RestorableTables {
  webhooks(): Promise<readonly HeldWebhook[]>;
  /** Deliveries of webhooks that were first scheduled before the time given for each; null where there is none. */
  before(cuts: readonly { readonly webhookId: string; readonly untilMs: number }[]): Promise<LostDeliveries | null>;
}

/**
 * The deliveries that the tables hold and the topics do not: those first scheduled before what is left of their partition.
 * A few too many, as a record is appended shortly after what it tells of was scheduled.
 */
export async function whatIsLost(
  tables: RestorableTables,
  remains: readonly LogRemains[],
  partitionOf: (webhookId: string) => number,
): Promise<LostDeliveries | null> {
  const since = completeSince(remains);
  const cuts = (await tables.webhooks()).flatMap(({ webhookId, firstMs }) => {
    const untilMs = since.get(partitionOf(webhookId)) ?? 0;
    return firstMs < untilMs ? [{ webhookId, untilMs }] : [];
  });
  return cuts.length === 0 ? null : tables.before(cuts);
}
