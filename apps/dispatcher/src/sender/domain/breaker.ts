import { spread } from '@signalbox/domain';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** What an attempt says about the endpoint: `no contact` is a timeout or a failed connection, `failure` any other fault. */
export type BreakerSignal = 'success' | 'failure' | 'no contact' | 'neutral';

/** A change of a breaker's state, in the terms of the fact `breaker-changed`. */
export interface BreakerChange {
  readonly state: BreakerState;
  readonly reason: string;
  readonly openSinceMs?: number;
  readonly nextProbeAtMs?: number;
}

const BUCKET_MS = 10_000;
const BUCKETS = 6;
const MIN_OUTCOMES = 5;
const MAX_IN_A_ROW = 5;
const SHORTEST_OPEN_MS = 30_000;
const LONGEST_OPEN_MS = 1_800_000;
/** Opened again sooner than this after it closed: it stays open for twice as long as before. */
const RELAPSE_MS = 60_000;

/** A bucket holds total and failures of 10 s in one small integer, so that a breaker stays near 100 bytes. */
const ONE_OUTCOME = 0x1_0000;
const FULL_BUCKET = 0x7fff;

/**
 * The circuit breaker of one webhook: closed, open, half-open with one real delivery as the probe. Opens when at least
 * half of at least 5 outcomes within 60 s are failures, or after 5 without contact in a row; stays open for 30 s, twice
 * as long each time, up to 30 min, each ±20 % by a hash. No timer: it is asked. Pure; times are Unix ms.
 */
export class Breaker {
  private current: BreakerState = 'closed';
  private buckets: number[] | undefined;
  /** Number of 10 s since the epoch of the newest bucket. */
  private newest = 0;
  private inARow = 0;
  private openings = 0;
  private openSinceMs = 0;
  private probeAtMs = 0;
  private closedAtMs = 0;

  get state(): BreakerState {
    return this.current;
  }

  /** When the next probe may go; 0 while closed. */
  get nextProbeAtMs(): number {
    return this.current === 'closed' ? 0 : this.probeAtMs;
  }

  /** True when forgetting it would change nothing. */
  isForgettable(nowMs: number): boolean {
    return (
      this.current === 'closed' &&
      Math.floor(nowMs / BUCKET_MS) - this.newest >= BUCKETS &&
      nowMs - this.closedAtMs >= RELAPSE_MS
    );
  }

  /** May an attempt start now? `probe`: yes, as the one that decides; {@link beginProbe} has to be called with it. */
  permits(nowMs: number): 'yes' | 'probe' | 'no' {
    if (this.current === 'closed') return 'yes';
    return this.current === 'open' && nowMs >= this.probeAtMs ? 'probe' : 'no';
  }

  beginProbe(): BreakerChange {
    this.current = 'half-open';
    return {
      state: 'half-open',
      reason: 'one delivery is sent as a probe',
      openSinceMs: this.openSinceMs,
      nextProbeAtMs: this.probeAtMs,
    };
  }

  /** An attempt ended. While it is not closed only the probe counts. `id` is hashed to spread the next probe. */
  onOutcome(signal: BreakerSignal, isProbe: boolean, nowMs: number, id: string): BreakerChange | undefined {
    if (this.current === 'closed') return this.onCounted(signal, nowMs, id);
    return isProbe && this.current === 'half-open' ? this.onProbed(signal, nowMs, id) : undefined;
  }

  /** Back to closed, whatever was known: the endpoint is another one now. */
  close(nowMs: number, reason: string): BreakerChange {
    const { openSinceMs } = this;
    this.current = 'closed';
    this.closedAtMs = nowMs;
    this.buckets = undefined;
    this.inARow = 0;
    this.openSinceMs = 0;
    this.probeAtMs = 0;
    return { state: 'closed', reason, ...(openSinceMs === 0 ? {} : { openSinceMs }) };
  }

  private onCounted(signal: BreakerSignal, nowMs: number, id: string): BreakerChange | undefined {
    if (signal === 'neutral') return undefined;
    this.count(signal !== 'success', nowMs);
    this.inARow = signal === 'no contact' ? this.inARow + 1 : 0;
    if (signal === 'success') return undefined;
    if (this.inARow >= MAX_IN_A_ROW) return this.open(nowMs, id, `${this.inARow} attempts in a row got no answer`);
    const { outcomes, failures } = this.counted();
    if (outcomes < MIN_OUTCOMES || failures * 2 < outcomes) return undefined;
    return this.open(nowMs, id, `${failures} of the last ${outcomes} attempts failed`);
  }

  private onProbed(signal: BreakerSignal, nowMs: number, id: string): BreakerChange {
    switch (signal) {
      case 'success':
        return this.close(nowMs, 'the probe was answered');
      case 'neutral':
        // It told nothing about the endpoint: the next delivery that comes is the probe.
        this.current = 'open';
        this.probeAtMs = nowMs;
        return this.opened('the probe told nothing');
      case 'failure':
      case 'no contact':
        this.openings++;
        this.stayOpen(nowMs, id);
        return this.opened(signal === 'failure' ? 'the probe failed' : 'the probe got no answer');
    }
  }

  private open(nowMs: number, id: string, reason: string): BreakerChange {
    this.openings = this.closedAtMs > 0 && nowMs - this.closedAtMs < RELAPSE_MS ? this.openings + 1 : 0;
    this.openSinceMs = nowMs;
    this.buckets = undefined;
    this.inARow = 0;
    this.stayOpen(nowMs, id);
    return this.opened(reason);
  }

  private stayOpen(nowMs: number, id: string): void {
    this.current = 'open';
    const openMs = Math.min(LONGEST_OPEN_MS, SHORTEST_OPEN_MS * 2 ** Math.min(this.openings, 10));
    this.probeAtMs = nowMs + spread(openMs, id);
  }

  private opened(reason: string): BreakerChange {
    return { state: 'open', reason, openSinceMs: this.openSinceMs, nextProbeAtMs: this.probeAtMs };
  }

  private count(isFailure: boolean, nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    this.buckets ??= Array.from({ length: BUCKETS }, () => 0);
    const passed = this.newest === 0 ? BUCKETS : Math.min(BUCKETS, Math.max(0, bucket - this.newest));
    for (let step = 1; step <= passed; step++) this.buckets[(bucket - passed + step) % BUCKETS] = 0;
    // A clock that went back counts into the newest bucket.
    this.newest = Math.max(this.newest, bucket);
    const at = this.newest % BUCKETS;
    let held = this.buckets[at] ?? 0;
    if (held >>> 16 >= FULL_BUCKET) held = ((held >>> 17) << 16) | ((held & 0xffff) >>> 1);
    this.buckets[at] = held + ONE_OUTCOME + (isFailure ? 1 : 0);
  }

  private counted(): { readonly outcomes: number; readonly failures: number } {
    let outcomes = 0;
    let failures = 0;
    for (const held of this.buckets ?? []) {
      outcomes += held >>> 16;
      failures += held & 0xffff;
    }
    return { outcomes, failures };
  }
}
