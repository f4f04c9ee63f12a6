import type { Attempted, Fact, TopicNames } from '@signalbox/contracts';
import type { HttpTransport } from '@signalbox/egress';
import type { LogProducer, TailReader } from '@signalbox/kafka';
import type { Tracing } from '@signalbox/observability';
import type { WebhookLookup } from '../../webhooks/webhook-lookup.port.ts';
import type { LaneLimits } from '../domain/lane.ts';
import type { ReceiverDisabler } from './receiver-disabler.port.ts';
import type { SendProfiles } from './send-profiles.ts';

export interface SenderOptions {
  readonly directory: WebhookLookup;
  readonly profiles: Pick<SendProfiles, 'of'>;
  readonly transport: HttpTransport;
  readonly disabler: ReceiverDisabler;
  readonly producer: LogProducer;
  /** Of `attempts`. */
  readonly attemptsTail: Pick<TailReader, 'read'>;
  readonly topics: TopicNames;
  readonly laneLimits: LaneLimits;
  readonly limits: SenderLimits;
  readonly now: () => number;
  /** ms of a clock that is never set: for how long this process was away from its work. */
  readonly uptimeMs: () => number;
  readonly observer: SenderObserver;
  /** Absent where no traces are wanted. */
  readonly tracing?: Pick<Tracing, 'start'> | undefined;
}

export interface SenderLimits {
  /** Records held in memory, queued and under way; at the cap reading pauses (invariant 5). */
  readonly maxHeld: number;
  readonly maxHeldBytes: number;
  /** A task that has waited in its lane for this long is deferred (invariant 4). */
  readonly maxQueuedMs: number;
  /** While there is little room left: what waits this long behind an endpoint that answers nothing is deferred. */
  readonly maxStalledMs: number;
  /** How long a delivery waits for the webhook's state it was routed with (invariant 7). */
  readonly maxBehindMs: number;
}

export const DEFAULT_SENDER_LIMITS: SenderLimits = {
  maxHeld: 8_192,
  maxHeldBytes: 64 * 1_024 * 1_024,
  maxQueuedMs: 10_000,
  maxStalledMs: 1_000,
  maxBehindMs: 5_000,
};

/** What the sender tells of its work; counted, never awaited. */
export interface SenderObserver {
  onFact(fact: Fact): void;
  onAttempt(timings: Attempted['timings']): void;
  onDeadLetter(source: string, message: string): void;
  onConfigurationBehind(webhookId: string): void;
  onUnknownKey(webhookId: string, detail: string): void;
  /** config-service did not answer; it is asked again. */
  onDisableFailed(webhookId: string, error: unknown): void;
}
