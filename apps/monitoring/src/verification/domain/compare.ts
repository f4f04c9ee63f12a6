import type { RecountedDelivery } from './recount.ts';

/** A delivery as the table has it. */
export interface StoredDelivery {
  readonly deliveryId: string;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly firstScheduledAtMs: number;
  readonly state: string;
  readonly isRequest: boolean;
  readonly attempts: number;
}

/** What a webhook's minute holds, in the table or by the facts. */
export interface MinuteCount {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly startMs: number;
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly attempts: number;
}

const MINUTE_MS = 60_000;
const COMPARED = ['requests', 'succeeded', 'failed', 'attempts'] as const satisfies (keyof MinuteCount)[];

/** Names every delivery that differs, with where its last fact lies. */
export function* differingDeliveries(
  recounted: Iterable<RecountedDelivery>,
  stored: ReadonlyMap<string, StoredDelivery>,
): Generator<string> {
  const unseen = new Set(stored.keys());
  for (const fact of recounted) {
    const key = keyOf(fact);
    const row = stored.get(key);
    unseen.delete(key);
    const at = `delivery ${fact.deliveryId} of webhook ${fact.webhookId} (attempts[${fact.partition}] offset ${fact.offset})`;
    if (row === undefined) yield `${at}: has facts and no row`;
    else for (const difference of differences(fact, row)) yield `${at}: ${difference}`;
  }
  for (const key of unseen) {
    const row = stored.get(key);
    if (row !== undefined) yield `delivery ${row.deliveryId} of webhook ${row.webhookId}: has a row and no facts`;
  }
}

function* differences(fact: RecountedDelivery, row: StoredDelivery): Generator<string> {
  if (!fact.possibleStates.includes(row.state)) {
    yield `its row says ${row.state}, its facts say ${fact.possibleStates.join(' or ')}`;
  }
  if (row.isRequest !== fact.isRequest) yield `it ${fact.isRequest ? 'must' : 'must not'} be in the request log`;
  if (row.attempts !== fact.attempts) yield `${row.attempts} attempts are stored, ${fact.attempts} were made`;
  if (row.tenantId !== fact.tenantId) yield `it is stored for tenant ${row.tenantId} and belongs to ${fact.tenantId}`;
}

/** What the facts make of each webhook's minutes, or of longer buckets. */
export function countBuckets(recounted: Iterable<RecountedDelivery>, widthMs = MINUTE_MS): Map<string, MinuteCount> {
  const buckets = new Map<string, MinuteCount>();
  for (const delivery of recounted) {
    const { tenantId, webhookId } = delivery;
    const startMs = Math.floor(delivery.firstScheduledAtMs / widthMs) * widthMs;
    const key = bucketKey({ tenantId, webhookId, startMs });
    const before = buckets.get(key);
    const [state = ''] = delivery.possibleStates;
    const hasFailed = state === 'failed' || state === 'expired' || (state === 'skipped' && delivery.isRequest);
    buckets.set(key, {
      tenantId,
      webhookId,
      startMs,
      requests: (before?.requests ?? 0) + (delivery.isRequest ? 1 : 0),
      succeeded: (before?.succeeded ?? 0) + (state === 'succeeded' ? 1 : 0),
      failed: (before?.failed ?? 0) + (hasFailed ? 1 : 0),
      attempts: (before?.attempts ?? 0) + delivery.attempts,
    });
  }
  return buckets;
}

/** Names every bucket whose counts differ. */
export function* differingBuckets(
  what: string,
  counted: ReadonlyMap<string, MinuteCount>,
  stored: ReadonlyMap<string, MinuteCount>,
): Generator<string> {
  for (const key of new Set([...counted.keys(), ...stored.keys()])) {
    const facts = counted.get(key);
    const row = stored.get(key);
    const { webhookId = '', startMs = 0 } = facts ?? row ?? {};
    for (const name of COMPARED) {
      const [expected, found] = [facts?.[name] ?? 0, row?.[name] ?? 0];
      if (expected === found) continue;
      yield `${what} ${new Date(startMs).toISOString()} of webhook ${webhookId}: ${name} is ${found}, the facts say ${expected}`;
    }
  }
}

export function keyOf(delivery: { readonly deliveryId: string; readonly firstScheduledAtMs: number }): string {
  return `${delivery.deliveryId} ${delivery.firstScheduledAtMs}`;
}

export function bucketKey({
  tenantId,
  webhookId,
  startMs,
}: Pick<MinuteCount, 'tenantId' | 'webhookId' | 'startMs'>): string {
  return `${tenantId}\n${webhookId}\n${startMs}`;
}
