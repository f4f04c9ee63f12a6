import type { BreakerChange, BreakerSignal } from './breaker.ts';
import { Breaker } from './breaker.ts';
import type { ExpectedTurn } from './deferral.ts';

interface Entry {
  readonly breaker: Breaker;
  /** What it was opened for: another URL is another endpoint. */
  url: string;
  partition: number;
  /** One deferred delivery comes back just when the next probe is due; all others later. */
  hasProbeBooked: boolean;
}

/** Where a delivery stands: its webhook, the partition it came by, the URL in force. */
export interface Addressee {
  readonly webhookId: string;
  readonly partition: number;
  readonly url: string;
  /** It was put off because of an open breaker, maybe by a sender whose breakers are not known here. */
  readonly wasHeldBack?: boolean;
}

/** Entries looked at by one sweep. */
const SWEPT = 1_000;

/** The breakers of all webhooks that have been sent to lately; the others are as good as closed and not kept. Pure. */
export class Breakers {
  private readonly entries = new Map<string, Entry>();
  private sweeping: Iterator<[string, Entry]> | undefined;
  private notClosed = 0;
  private probing = 0;

  get size(): number {
    return this.entries.size;
  }

  get openCount(): number {
    return this.notClosed - this.probing;
  }

  get halfOpenCount(): number {
    return this.probing;
  }

  permits(webhookId: string, nowMs: number): 'yes' | 'probe' | 'no' {
    return this.entries.get(webhookId)?.breaker.permits(nowMs) ?? 'yes';
  }

  /** When a delivery that is put off now should come back: one as the next probe, the others after it. */
  turnOf(webhookId: string, nowMs: number): ExpectedTurn {
    const entry = this.entries.get(webhookId);
    const untilProbeMs = Math.max(0, (entry?.breaker.nextProbeAtMs ?? 0) - nowMs);
    if (entry === undefined || entry.breaker.state !== 'open' || entry.hasProbeBooked) {
      return { expectedWaitMs: untilProbeMs + AFTER_PROBE_MS, kind: 'not before' };
    }
    entry.hasProbeBooked = true;
    return { expectedWaitMs: untilProbeMs, kind: 'next' };
  }

  /** Closed at once when the URL is another one than it was opened for. */
  onAddressed({ webhookId, url }: Addressee, nowMs: number): BreakerChange | undefined {
    const entry = this.entries.get(webhookId);
    if (entry === undefined || entry.url === url) return undefined;
    entry.url = url;
    if (entry.breaker.state === 'closed') {
      this.entries.delete(webhookId);
      return undefined;
    }
    return this.noting(entry, () => entry.breaker.close(nowMs, 'the endpoint was changed'));
  }

  beginProbe(webhookId: string): BreakerChange | undefined {
    const entry = this.entries.get(webhookId);
    if (entry === undefined) return undefined;
    entry.hasProbeBooked = false;
    return this.noting(entry, () => entry.breaker.beginProbe());
  }

  onOutcome(
    to: Addressee,
    signal: BreakerSignal,
    isProbe: boolean,
    nowMs: number,
    attemptId: () => string,
  ): BreakerChange | undefined {
    let entry = this.entries.get(to.webhookId);
    if (entry === undefined) {
      if (signal === 'neutral') return undefined;
      entry = { breaker: new Breaker(), url: to.url, partition: to.partition, hasProbeBooked: false };
      this.entries.set(to.webhookId, entry);
      if (signal === 'success' && to.wasHeldBack === true) {
        entry.breaker.onOutcome(signal, false, nowMs, '');
        return { state: 'closed', reason: 'it was answered after another sender took over' };
      }
    } else if (entry.url !== to.url) {
      // A late answer of the endpoint before this one.
      return undefined;
    }
    const { breaker } = entry;
    // An id costs a hash, and most attempts succeed.
    const id = signal === 'success' ? '' : attemptId();
    return this.noting(entry, () => breaker.onOutcome(signal, isProbe, nowMs, id));
  }

  /** Whoever holds these partitions now has breakers of its own. */
  forgetPartitions(partitions: ReadonlySet<number>): void {
    for (const [webhookId, entry] of this.entries) if (partitions.has(entry.partition)) this.forget(webhookId, entry);
  }

  /** It exists no more. */
  forgetWebhook(webhookId: string): void {
    const entry = this.entries.get(webhookId);
    if (entry !== undefined) this.forget(webhookId, entry);
  }

  /** To be called now and then: forgets what has said nothing for a minute, a part of all at a time. */
  sweep(nowMs: number): void {
    this.sweeping ??= this.entries.entries();
    for (let looked = 0; looked < SWEPT; looked++) {
      const next = this.sweeping.next();
      if (next.done === true) {
        this.sweeping = undefined;
        return;
      }
      const [webhookId, entry] = next.value;
      if (entry.breaker.isForgettable(nowMs)) this.forget(webhookId, entry);
    }
  }

  private forget(webhookId: string, entry: Entry): void {
    if (entry.breaker.state !== 'closed') this.notClosed--;
    if (entry.breaker.state === 'half-open') this.probing--;
    this.entries.delete(webhookId);
  }

  private noting<Change extends BreakerChange | undefined>(entry: Entry, change: () => Change): Change {
    const before = entry.breaker.state;
    const made = change();
    const after = entry.breaker.state;
    if (before === after) return made;
    this.notClosed += Number(after !== 'closed') - Number(before !== 'closed');
    this.probing += Number(after === 'half-open') - Number(before === 'half-open');
    if (after !== 'half-open') entry.hasProbeBooked = false;
    return made;
  }
}

/** Time for the probe to be answered before the others come. */
const AFTER_PROBE_MS = 10_000;
