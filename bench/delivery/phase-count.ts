import { nowUs } from './bench-event.ts';
import type { GroupRange } from './endpoints.ts';

/** What arrived of the events of one phase. */
export interface PhaseResult {
  /** Different deliveries. */
  readonly arrived: number;
  /** Arrivals beyond the first of each delivery. */
  readonly duplicated: number;
  readonly firstAtUs: number;
  readonly lastAtUs: number;
  /** Publish to received; undefined while nothing has arrived. */
  readonly latencyMs: LatencyMs | undefined;
}

export interface LatencyMs {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A counter for each delivery that is expected: `events` from `firstSequence` on, `fanout` webhooks each. */
export class PhaseCount {
  readonly firstSequence: number;
  readonly events: number;
  readonly #groups: GroupRange;
  readonly #fanout: number;
  readonly #arrivals: Uint8Array;
  readonly #latencyUs: Uint32Array;
  #arrived = 0;
  #total = 0;
  #firstAtUs = 0;
  #lastAtUs = 0;

  constructor(firstSequence: number, events: number, groups: GroupRange, fanout: number) {
    this.firstSequence = firstSequence;
    this.events = events;
    this.#groups = groups;
    this.#fanout = fanout;
    this.#arrivals = new Uint8Array(events * fanout);
    this.#latencyUs = new Uint32Array(events * fanout);
  }

  /** The number of the group that the event belongs to. */
  groupOf(sequence: number): number {
    return this.#groups.first + ((sequence - this.firstSequence) % this.#groups.count);
  }

  /** `member`: which of the webhooks that the event matches, from 0. */
  count(sequence: number, member: number, publishedAtUs: number): void {
    const atUs = nowUs();
    const place = (sequence - this.firstSequence) * this.#fanout + member;
    const before = this.#arrivals[place] ?? 0;
    this.#arrivals[place] = Math.min(255, before + 1);
    this.#total++;
    if (before > 0) return;
    this.#latencyUs[this.#arrived++] = atUs - publishedAtUs;
    if (this.#firstAtUs === 0) this.#firstAtUs = atUs;
    this.#lastAtUs = atUs;
  }

  result(): PhaseResult {
    return {
      arrived: this.#arrived,
      duplicated: this.#total - this.#arrived,
      firstAtUs: this.#firstAtUs,
      lastAtUs: this.#lastAtUs,
      latencyMs: this.#arrived === 0 ? undefined : this.#latency(),
    };
  }

  get arrived(): number {
    return this.#arrived;
  }

  #latency(): LatencyMs {
    const sorted = this.#latencyUs.slice(0, this.#arrived).toSorted();
    const at = (share: number): number => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 1_000;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  }
}
