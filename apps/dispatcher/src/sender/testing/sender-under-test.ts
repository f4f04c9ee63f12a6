import { topicNames } from '@signalbox/contracts';
import type { LogProducer } from '@signalbox/kafka';
import { DEFAULT_LANE_LIMITS } from '../domain/lane.ts';
import type { SenderObserver, SenderOptions } from '../application/sender-options.ts';
import { DEFAULT_SENDER_LIMITS } from '../application/sender-options.ts';
import { Sender } from '../application/sender.ts';

const silent = (): void => {};

/** The topics of {@link senderUnderTest}. */
export const SENDER_TOPICS = topicNames({ prefix: '', authEvents: ['auth-events'] });

export const SILENT_OBSERVER: SenderObserver = {
  onFact: silent,
  onAttempt: silent,
  onDeadLetter: silent,
  onConfigurationBehind: silent,
  onUnknownKey: silent,
  onDisableFailed: silent,
};

/** A sender whose collaborators say and do nothing but those given. */
export function senderUnderTest(parts: Partial<SenderOptions> & { readonly producer: LogProducer }): Sender {
  return new Sender({
    directory: { get: () => undefined, subscribers: () => [], onApplied: silent },
    profiles: { of: () => ({ kind: 'refused url', detail: '' }) },
    transport: { post: silent, close: () => Promise.resolve() },
    disabler: { disableByReceiver: () => Promise.resolve(undefined) },
    attemptsTail: { read: (from) => Promise.resolve(from) },
    topics: SENDER_TOPICS,
    laneLimits: DEFAULT_LANE_LIMITS,
    limits: DEFAULT_SENDER_LIMITS,
    now: Date.now,
    uptimeMs: parts.now ?? Date.now,
    observer: SILENT_OBSERVER,
    ...parts,
  });
}
