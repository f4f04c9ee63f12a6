import type { LogRemains } from '../domain/log-remains.ts';
import { beginsOf } from '../domain/log-remains.ts';

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

/** What of a webhook's deliveries the topics hold no more: those first scheduled before these times, Unix ms. */
export interface LogCut {
  readonly webhookId: string;
  /** Of which anything has happened: facts tell of it. */
  readonly factsUntilMs: number;
  /** Whatever has happened: their own records are gone. */
  readonly recordsUntilMs: number;
}

/** What is asked of the tables before they are emptied. What is older than the retention does not count. */
export interface RestorableTables {
  webhooks(): Promise<readonly HeldWebhook[]>;
  /** Deliveries that lie before the cuts of their webhooks; null where there is none. */
  before(cuts: readonly LogCut[]): Promise<LostDeliveries | null>;
}

/**
 * The deliveries that the tables hold and the topics do not: those first scheduled before what is left of their partition.
 * A few too many, as a record is appended shortly after what it tells of was scheduled.
 *
 * @param factsTopic the other topic is that of the deliveries' own records.
 */
export async function whatIsLost(
  tables: RestorableTables,
  remains: readonly LogRemains[],
  factsTopic: string,
  partitionOf: (webhookId: string) => number,
): Promise<LostDeliveries | null> {
  const facts = beginsOf(remains.filter(({ topic }) => topic === factsTopic));
  const records = beginsOf(remains.filter(({ topic }) => topic !== factsTopic));
  const cuts = (await tables.webhooks()).flatMap(({ webhookId, firstMs }): readonly LogCut[] => {
    const partition = partitionOf(webhookId);
    const [factsUntilMs, recordsUntilMs] = [facts.get(partition) ?? 0, records.get(partition) ?? 0];
    return firstMs < Math.max(factsUntilMs, recordsUntilMs) ? [{ webhookId, factsUntilMs, recordsUntilMs }] : [];
  });
  return cuts.length === 0 ? null : tables.before(cuts);
}
