import type { Fact } from '@signalbox/contracts';
import { attempted } from '../domain/send-facts.ts';
import type { SendProfile } from '../domain/send-profile.ts';
import { attemptHeaders } from '../domain/send-profile.ts';
import { Standstill } from '../domain/standstill.ts';
import type { Admission, Ready } from './admission.ts';
import { NOTHING_LEARNT } from './admission.ts';
import { excused, outcomeOf, refusedOutcome, signalsOf } from './post-outcome.ts';
import type { SenderOptions } from './sender-options.ts';
import type { OwnedTask } from './settlement.ts';
import { endAttemptSpan, startAttemptSpan } from './attempt-span.ts';

export interface PostingOptions extends Pick<
  SenderOptions,
  'profiles' | 'transport' | 'now' | 'uptimeMs' | 'observer' | 'tracing'
> {
  readonly admission: Pick<Admission, 'end' | 'defer'>;
  readonly finish: (task: OwnedTask, fact: Fact) => void;
  /** Runs `work` now, or when it is clear again who holds the partitions. */
  readonly whenFresh: (work: () => void) => void;
  /** Whether the group has answered lately: else another member may hold the partitions by now. */
  readonly mayWork: () => boolean;
  /** A POST ended: there is room for another one. */
  readonly onEnded: () => void;
}

/** The POSTs under way. */
export class Posting {
  private active = 0;
  private activeBytes = 0;
  /** Those of which something went out. */
  private started = 0;
  private isStopping = false;
  private onIdle: (() => void) | undefined;
  private readonly standstill = new Standstill();

  constructor(private readonly options: PostingOptions) {}

  get count(): number {
    return this.active;
  }

  get bytes(): number {
    return this.activeBytes;
  }

  /**
   * Nothing goes out any more. Resolves when every POST of which something went out has ended; the others are forgotten, as if
   * they had only been queued: a stop must not wait for hosts that cannot be reached, nor for a group that is silent.
   */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.started > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
  }

  /** To be called every few milliseconds: what it misses is time that the process has lost. */
  tick(): void {
    this.standstill.note(this.options.uptimeMs());
  }

  send(ready: Ready, nowMs: number): void {
    const { task, state } = ready;
    const { admission, profiles, observer } = this.options;
    const profile = profiles.of(state);
    if (!('kind' in profile)) {
      this.post(ready, profile, nowMs);
      return;
    }
    admission.end(ready, NOTHING_LEARNT);
    if (profile.kind === 'unknown key') {
      observer.onUnknownKey(task.webhookId, profile.detail);
      admission.defer(task, state, 'unknown key', undefined, profile.detail);
    } else {
      this.options.finish(task, attempted(task, refusedOutcome(profile.detail, nowMs), state));
    }
  }

  private post(ready: Ready, profile: SendProfile, begunAtMs: number): void {
    const { task, state } = ready;
    let startedAtMs: number | undefined;
    const { admission, transport, now, uptimeMs, observer, tracing } = this.options;
    const begunAtUptimeMs = uptimeMs();
    task.ledger.begin(task.offset);
    this.active++;
    this.activeBytes += task.bytes;
    const { endpoint, timeoutMs } = profile;
    const span = tracing === undefined ? undefined : startAttemptSpan(tracing, task, begunAtMs);
    const headers = attemptHeaders(profile, task.delivery, task.body, begunAtMs, span?.traceparent);
    // The first byte may come long after this, and this process may have been stopped in between.
    const mayStart = (): boolean => {
      if (this.isStopping || task.ledger.ended || !this.options.mayWork()) return false;
      if (startedAtMs === undefined) this.started++;
      startedAtMs = now();
      return true;
    };
    transport.post({ endpoint, headers, body: task.body, timeoutMs, mayStart }, (made) => {
      const endedAtMs = now();
      // Its timer may come before the first tick.
      this.standstill.note(uptimeMs());
      const isExcused = made.kind === 'failed' && this.standstill.excuses(begunAtUptimeMs, timeoutMs);
      // What went out is told as the attempt it was; what did not is put off as if it had never been begun.
      const outcome = isExcused ? excused(made, startedAtMs === undefined) : made;
      this.active--;
      this.activeBytes -= task.bytes;
      observer.onAttempt(outcome.timings);
      if (span !== undefined) endAttemptSpan(span, outcome);
      if (startedAtMs === undefined && this.isStopping) return;
      this.options.whenFresh(() => {
        const signals = isExcused ? NOTHING_LEARNT : signalsOf(outcome);
        // A fault of our own resolver or network is not charged to the webhook.
        const isOwnFault = outcome.kind === 'failed' && outcome.isOwnFault;
        admission.end(ready, signals, isOwnFault ? undefined : outcome.timings.totalMs);
        if (isOwnFault) {
          admission.defer(task, state, 'own fault', undefined, outcome.message);
        } else {
          const told = outcomeOf(outcome, startedAtMs ?? begunAtMs, endedAtMs);
          this.options.finish(task, attempted(task, told, state, profile.headerNames));
        }
      });
      if (startedAtMs !== undefined && --this.started === 0) this.onIdle?.();
      this.options.onEnded();
    });
  }
}
