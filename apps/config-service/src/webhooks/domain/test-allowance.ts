/** Test payloads a tenant may send at once after a pause. */
const BURST = 200;
const PER_SECOND = 2;
const MAX_TENANTS = 10_000;

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

/** How many test payloads each tenant may still send: tests go to any URL, and must not become a way to flood one. */
export class TestAllowance {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes `count` and returns 0, or takes nothing and returns after how many seconds there are so many. */
  take(tenantId: string, count: number, nowMs: number): number {
    const { left, atMs } = this.#buckets.get(tenantId) ?? { left: BURST, atMs: nowMs };
    const there = Math.min(BURST, left + ((nowMs - atMs) / 1_000) * PER_SECOND);
    if (there < count) return Math.ceil((count - there) / PER_SECOND);
    // Written anew each time, so that the first of the map is the one that has rested longest.
    this.#buckets.delete(tenantId);
    if (this.#buckets.size >= MAX_TENANTS) this.#buckets.delete(this.#buckets.keys().next().value ?? '');
    this.#buckets.set(tenantId, { left: there - count, atMs: nowMs });
    return 0;
  }
}
