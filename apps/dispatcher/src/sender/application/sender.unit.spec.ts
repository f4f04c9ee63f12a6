import { describe, expect, it } from '@jest/globals';
import { encodeDelivery } from '@signalbox/contracts';
import { signingKeyOf } from '@signalbox/domain';
import type { PostRequest } from '@signalbox/egress';
import type { LogConsumer, LogProducer, LogRecord, PartitionPosition } from '@signalbox/kafka';
import { aDelivery, aWebhookState } from '../../testing/dispatcher-fixtures.ts';
import { SENDER_TOPICS, senderUnderTest } from '../../testing/sender-under-test.ts';

const of = { topic: SENDER_TOPICS.deliveries, partition: 0 };
const WEBHOOK = aWebhookState({ url: 'https://customer.example/' });
const profile = {
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
} as const;

const deliveryAt = (offset: number, value = Buffer.from('{}')): LogRecord => ({
  ...of,
  offset,
  timestampMs: Date.now(),
  key: Buffer.from(WEBHOOK.id),
  value,
  headers: encodeDelivery(aDelivery(WEBHOOK.id, `e${offset}`)),
});

/** A sender with one partition, whose POSTs never end. */
async function startSender() {
  const posts: PostRequest[] = [];
  const flow: string[] = [];
  const heartbeat = { ageMs: 0 };
  const consumer = {
    msSinceHeartbeat: () => heartbeat.ageMs,
    seek: ({ offset }: PartitionPosition) => flow.push(`sought ${offset}`),
    pause: () => flow.push('paused'),
    resume: () => flow.push('resumed'),
  };
  const producer = { append: () => {}, isSaturated: () => false, onDrained: () => {} };
  const sender = senderUnderTest({
    directory: { get: () => WEBHOOK, subscribers: () => [], onApplied: () => {} },
    profiles: { of: () => profile },
    transport: { post: (request) => posts.push(request), close: () => Promise.resolve() },
    producer: producer as unknown as LogProducer,
  });
  sender.attach(consumer as unknown as LogConsumer);
  sender.onJoin({ assigned: [of], lost: [], isContinuous: true });
  const assigned = { ...of, committedOffset: 0, committedMetadata: '', logStart: 0, logEnd: 9 };
  await sender.locate([assigned], new AbortController().signal);
  const give = (...records: LogRecord[]): void => {
    const position = records[0]?.offset ?? 0;
    sender.onBatch({ ...of, position, records, nextPosition: position + records.length });
  };
  return { sender, posts, flow, heartbeat, give };
}

describe('the sender', () => {
  it('takes nothing while its group has not answered for long, and asks for the same when it has', async () => {
    const { sender, posts, flow, heartbeat, give } = await startSender();
    heartbeat.ageMs = 4_501;
    give(deliveryAt(0));
    sender.tick();
    expect(flow).toEqual(['paused', 'sought 0']);
    heartbeat.ageMs = 0;
    sender.tick();
    expect(flow).toEqual(['paused', 'sought 0', 'resumed']);
    expect(posts).toEqual([]);
    give(deliveryAt(0));
    expect(posts).toHaveLength(1);
  });

  it('holds of a delivery its own bytes alone, not those it was fetched with', async () => {
    const { posts, give } = await startSender();
    const answer = Buffer.alloc(1_048_576, '{}');
    give(deliveryAt(0, answer.subarray(0, 2)));
    expect(posts[0]?.body.toString()).toBe('{}');
    expect(posts[0]?.body.buffer).not.toBe(answer.buffer);
    expect(posts[0]?.body.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
  });
});
