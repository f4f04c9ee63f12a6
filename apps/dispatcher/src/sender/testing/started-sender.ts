import type { Delivery, Fact, WebhookRecord, WebhookState } from '@signalbox/contracts';
import { encodeDelivery, encodeFact } from '@signalbox/contracts';
import { signingKeyOf } from '@signalbox/domain';
import type { Answered, Failed, PostOutcome, PostRequest } from '@signalbox/egress';
import type {
  Appended,
  LogConsumer,
  LogProducer,
  LogRecord,
  OutgoingRecord,
  PartitionPosition,
} from '@signalbox/kafka';
import { aDelivery, aWebhookState } from '../../testing/dispatcher-fixtures.ts';
import type { SenderLimits, SenderObserver, SenderOptions } from '../application/sender-options.ts';
import { DEFAULT_SENDER_LIMITS } from '../application/sender-options.ts';
import type { SendProfile } from '../domain/send-profile.ts';
import { SENDER_TOPICS, senderUnderTest, SILENT_OBSERVER } from './sender-under-test.ts';

/** The one partition of {@link startSender}. */
export const PARTITION = { topic: SENDER_TOPICS.deliveries, partition: 0 };
/** When the clock of {@link startSender} begins, and when its records were appended: Unix ms. */
export const T0 = 1_800_000_000_000;
/** The webhook that its deliveries are for. */
export const WEBHOOK: WebhookState = aWebhookState({ url: 'https://customer.example/' });

const PROFILE: SendProfile = {
  endpoint: {
    ok: true,
    protocol: 'https:',
    hostname: 'customer.example',
    port: 443,
    isIpLiteral: false,
    origin: 'https://customer.example',
    path: '/',
  },
  headers: [],
  keys: [{ key: signingKeyOf('key'), honouredUntilMs: null }],
  timeoutMs: 1_000,
  retryPolicy: WEBHOOK.retryPolicy,
};

export const TIMEOUT: Failed = {
  kind: 'failed',
  errorClass: 'timeout',
  message: 'no whole answer',
  timings: { totalMs: 1_000 },
  isOwnFault: false,
};

/** Answered at once with this status. */
export const answered = (statusCode: number, more: Partial<Answered> = {}): Answered => ({
  kind: 'answered',
  statusCode,
  answer: Buffer.alloc(0),
  timings: { totalMs: 1 },
  ...more,
});

/** A record of the partition. Its round started when it was appended, where `more` does not say otherwise. */
export const deliveryAt = (
  offset: number,
  { value = Buffer.from('{}'), ...more }: Partial<Delivery> & { readonly value?: Buffer } = {},
): LogRecord => ({
  ...PARTITION,
  offset,
  timestampMs: T0,
  key: Buffer.from(WEBHOOK.id),
  value,
  headers: encodeDelivery(aDelivery(WEBHOOK.id, `e${offset}`, more)),
});

export interface SenderParts extends Partial<Pick<SenderOptions, 'disabler' | 'profiles'>> {
  readonly observer?: SenderObserver;
}

/**
 * A sender with one partition, whose POSTs end, and whose records are acknowledged, when they are told to. `recovered`: what
 * it finds in `attempts`. `parts`: used in place of its own.
 */
export async function startSender(
  limits: Partial<SenderLimits> = {},
  recovered: readonly Fact[] = [],
  { observer = SILENT_OBSERVER, ...parts }: SenderParts = {},
) {
  const posts: (PostRequest & { readonly end: (outcome: PostOutcome) => void })[] = [];
  const facts: Fact[] = [];
  const clock = { nowMs: T0 };
  const flow: string[] = [];
  const heartbeat = { ageMs: 0 };
  /** What the sender knows of the webhook. */
  const known: { webhook: WebhookRecord | undefined } = { webhook: WEBHOOK };
  const listeners: ((webhookId: string) => void)[] = [];
  const consumer = {
    msSinceHeartbeat: () => heartbeat.ageMs,
    seek: ({ offset }: PartitionPosition) => flow.push(`sought ${offset}`),
    pause: () => flow.push('paused'),
    resume: () => flow.push('resumed'),
  };
  const appended: ((at: Appended) => void)[] = [];
  const appendedTo: string[] = [];
  const producer = {
    append: ({ topic }: OutgoingRecord, done?: (at: Appended) => void) => {
      appendedTo.push(topic);
      appended.push(done ?? (() => {}));
    },
    isSaturated: () => false,
    onDrained: () => {},
  };
  const sender = senderUnderTest({
    directory: {
      get: () => known.webhook,
      subscribers: () => [],
      onApplied: (listener) => listeners.push(listener),
    },
    profiles: { of: () => PROFILE },
    transport: { post: (request, end) => posts.push({ ...request, end }), close: () => Promise.resolve() },
    attemptsTail: {
      read: (from, onRecord) => {
        for (const [offset, fact] of recovered.entries()) {
          const { headers, value } = encodeFact(fact);
          const at = { topic: SENDER_TOPICS.attempts, partition: 0, offset, timestampMs: T0 };
          onRecord({ ...at, key: Buffer.from(fact.webhookId), headers, value: Buffer.from(value) });
        }
        return Promise.resolve(from);
      },
    },
    producer: producer as unknown as LogProducer,
    limits: { ...DEFAULT_SENDER_LIMITS, ...limits },
    now: () => clock.nowMs,
    observer: {
      ...observer,
      onFact: (fact) => {
        facts.push(fact);
        observer.onFact(fact);
      },
    },
    ...parts,
  });
  sender.attach(consumer as unknown as LogConsumer);
  sender.onJoin({ assigned: [PARTITION], lost: [], isContinuous: true });
  const assigned = { ...PARTITION, committedOffset: 0, committedMetadata: '', logStart: 0, logEnd: 9 };
  await sender.locate([assigned], new AbortController().signal);
  const give = (...records: LogRecord[]): void => {
    const position = records[0]?.offset ?? 0;
    sender.onBatch({ ...PARTITION, position, records, nextPosition: position + records.length });
  };
  /** Deliveries from this offset on. */
  const giveMany = (from: number, count: number): void =>
    give(...Array.from({ length: count }, (_, index) => deliveryAt(from + index)));
  /** Kafka has taken all that was appended until now. */
  const acknowledge = (): void => {
    for (const done of appended.splice(0)) done({ ...PARTITION, offset: 0 });
  };
  /** The sender comes to know this state of the webhook. */
  const apply = (webhook: WebhookRecord): void => {
    known.webhook = webhook;
    for (const listener of listeners) listener(webhook.id);
  };
  return { sender, posts, facts, clock, flow, heartbeat, known, appendedTo, give, giveMany, acknowledge, apply };
}
