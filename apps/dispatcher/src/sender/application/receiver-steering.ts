import type { Attempted, Fact, WebhookRecord, WebhookState } from '@signalbox/contracts';
import { compareVersions } from '@signalbox/contracts';
import type { ReceiverDisabler } from './receiver-disabler.port.ts';

export interface SteeringOptions {
  readonly disabler: ReceiverDisabler;
  readonly get: (webhookId: string) => WebhookRecord | undefined;
  readonly now: () => number;
  readonly onDisableFailed: (webhookId: string, error: unknown) => void;
  /** Appends a fact once more; `onRecorded` is told its new offset, and it is left out where `isVoid` by then. */
  readonly recordAgain: (fact: Attempted, partition: number, again: RecordedAgain) => void;
}

export interface RecordedAgain {
  readonly isVoid: () => boolean;
  readonly onRecorded: (offset: number) => void;
}

/** Where a fact lies in `attempts`; the offset is undefined until it is acknowledged. */
export interface FactPosition {
  readonly partition: number;
  readonly offset: number | undefined;
}

interface Version {
  readonly epoch: number;
  readonly version: number;
}

/** A verdict that config-service has not answered yet, or whose effect has not come back to us. */
interface Verdict {
  readonly fact: Attempted;
  at: FactPosition;
  /** Undefined where the webhook was changed before we knew of the verdict: then nothing is stopped. */
  readonly url: string | undefined;
  /** What config-service has answered: with this version of the webhook, or a newer one, the stop ends. */
  endsWith: Version | undefined;
  isAsking: boolean;
  /** When its fact was last appended, or found; Infinity while it is being appended again. */
  recordedAtMs: number;
  tries: number;
  nextTryAtMs: number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const MAX_ASKING = 16;
/**
 * A verdict that is open for so long is recorded again. Whoever takes over reads `attempts` from the oldest open one: while
 * config-service is away for hours, that would be the facts of hours.
 */
const RECORD_AGAIN_MS = 120_000;

/**
 * After a receiver's "gone": the webhook is stopped here at once, and config-service is asked to disable it until it has
 * answered. The verdict is in the fact, and the commit metadata never passes a fact that is not answered, so that whoever
 * takes over asks again. A fact that is not answered for long is appended again, and the metadata goes on to there: readers
 * know an attempt by its number, and count the same one once.
 */
export class ReceiverSteering {
  private readonly verdicts = new Map<string, Verdict>();

  constructor(private readonly options: SteeringOptions) {}

  /** Verdicts that wait for config-service. */
  get unanswered(): number {
    let count = 0;
    for (const { endsWith } of this.verdicts.values()) if (endsWith === undefined) count++;
    return count;
  }

  /**
   * Nothing is to be sent to this state of the webhook: its receiver said so, and what config-service has made of that is not
   * known here yet. Other changes of the webhook end that no sooner, unless it goes to another URL by now.
   */
  isStopped(state: WebhookState): boolean {
    const verdict = this.verdicts.get(state.id);
    if (verdict === undefined) return false;
    if (verdict.url === state.url && !isOver(verdict, state)) return true;
    if (verdict.endsWith !== undefined) this.verdicts.delete(state.id);
    return false;
  }

  /** A newer state of a webhook is known: a stop that it ends is forgotten. */
  onApplied(webhookId: string): void {
    const verdict = this.verdicts.get(webhookId);
    const record = this.options.get(webhookId);
    if (verdict === undefined || record === undefined || verdict.endsWith === undefined) return;
    if (record.deleted || isOver(verdict, record)) this.verdicts.delete(webhookId);
  }

  /**
   * True when the receiver wants the webhook disabled, and this is news. To be told of a fact when it is made, when it is
   * acknowledged and when it is found again: config-service is asked once it is in the log.
   */
  onFact(fact: Fact, at: FactPosition): boolean {
    if (fact.kind !== 'attempted' || fact.verdict !== 'disable-webhook') return false;
    const known = this.verdicts.get(fact.webhookId);
    if (known?.fact === fact) known.at = at;
    if (known !== undefined && !isNewer(asState(fact), known.fact)) return false;
    const record = this.options.get(fact.webhookId);
    const isOfState = record !== undefined && !record.deleted && compareVersions(record, asState(fact)) === 0;
    const verdict: Verdict = {
      fact,
      at,
      url: isOfState ? record.url : undefined,
      endsWith: undefined,
      isAsking: false,
      recordedAtMs: this.options.now(),
      tries: 0,
      nextTryAtMs: this.options.now(),
    };
    this.verdicts.set(fact.webhookId, verdict);
    return true;
  }

  /** The lowest position in `attempts` of a fact whose verdict was not answered; it must be found again after a kill. */
  oldestUnanswered(partition: number): number | undefined {
    let oldest: number | undefined;
    for (const { at, endsWith } of this.verdicts.values()) {
      // Without an offset its delivery is not done, and the commit does not pass that.
      if (endsWith !== undefined || at.partition !== partition || at.offset === undefined) continue;
      if (oldest === undefined || at.offset < oldest) oldest = at.offset;
    }
    return oldest;
  }

  /** To be called a few times a second: asks config-service, and keeps what is not answered near the end of `attempts`. */
  tick(): void {
    const nowMs = this.options.now();
    this.recordOpenAgain(nowMs);
    let asking = 0;
    for (const { isAsking } of this.verdicts.values()) if (isAsking) asking++;
    for (const verdict of this.verdicts.values()) {
      if (asking >= MAX_ASKING) return;
      if (verdict.endsWith !== undefined || verdict.isAsking || verdict.at.offset === undefined) continue;
      if (verdict.nextTryAtMs > nowMs) continue;
      asking++;
      void this.ask(verdict);
    }
  }

  /** Whoever holds these partitions now finds the facts there. */
  forgetPartitions(partitions: ReadonlySet<number>): void {
    for (const [id, { at }] of this.verdicts) if (partitions.has(at.partition)) this.verdicts.delete(id);
  }

  private recordOpenAgain(nowMs: number): void {
    for (const [id, verdict] of this.verdicts) {
      const { fact, at, endsWith, recordedAtMs } = verdict;
      if (endsWith !== undefined || at.offset === undefined || nowMs - recordedAtMs < RECORD_AGAIN_MS) continue;
      verdict.recordedAtMs = Infinity;
      this.options.recordAgain(fact, at.partition, {
        isVoid: () => this.verdicts.get(id) !== verdict,
        onRecorded: (offset) => {
          verdict.at = { partition: at.partition, offset };
          verdict.recordedAtMs = this.options.now();
        },
      });
    }
  }

  private async ask(verdict: Verdict): Promise<void> {
    const { fact } = verdict;
    verdict.isAsking = true;
    try {
      const version = await this.options.disabler.disableByReceiver({
        tenantId: fact.tenantId,
        webhookId: fact.webhookId,
        epoch: fact.webhookEpoch,
        version: fact.webhookVersion,
        deliveryId: fact.deliveryId,
        reason: reasonOf(fact),
      });
      if (version === undefined) {
        // Nothing will come that ends the stop.
        this.forget(verdict);
        return;
      }
      verdict.endsWith = { epoch: fact.webhookEpoch, version };
      this.onApplied(fact.webhookId);
    } catch (error) {
      verdict.nextTryAtMs = this.options.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** verdict.tries);
      verdict.tries = Math.min(verdict.tries + 1, 10);
      this.options.onDisableFailed(fact.webhookId, error);
    } finally {
      verdict.isAsking = false;
    }
  }

  private forget(verdict: Verdict): void {
    if (this.verdicts.get(verdict.fact.webhookId) === verdict) this.verdicts.delete(verdict.fact.webhookId);
  }
}

function isOver({ endsWith }: Verdict, state: Version): boolean {
  return endsWith !== undefined && compareVersions(state, endsWith) >= 0;
}

function isNewer(state: Version, than: Attempted): boolean {
  return compareVersions(state, asState(than)) > 0;
}

function asState(fact: Attempted): Version {
  return { epoch: fact.webhookEpoch, version: fact.webhookVersion };
}

function reasonOf(fact: Attempted): string {
  return fact.statusCode === 410
    ? 'the receiver answered 410 Gone'
    : 'the receiver answered with the header webhook-delivery: disable';
}
