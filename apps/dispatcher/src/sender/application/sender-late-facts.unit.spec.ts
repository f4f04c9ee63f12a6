import { afterEach, describe, expect, it } from '@jest/globals';
import { encodeDelivery } from '@signalbox/contracts';
import { MemoryLog } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import { aDelivery } from '../../testing/dispatcher-fixtures.ts';
import { SENDER_TOPICS as topics, senderUnderTest } from '../testing/sender-under-test.ts';
import { attemptsMetadata } from './sender-recovery.ts';

const GONE = 'webhook000000000gone';
const UNKNOWN = 'webhook00000unknown0';
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A sender that holds the one partition and has read three facts of whoever held it before. */
async function aSender() {
  const log = new MemoryLog();
  for (const topic of [topics.deliveries, topics.attempts, ...topics.retries]) log.createTopic(topic, 1);
  for (const value of ['1', '2', '3']) log.append({ topic: topics.attempts, key: GONE, value });
  log.setCommitted('senders', { topic: topics.deliveries, partition: 0 }, { offset: 0, metadata: '' });
  const gone = { deleted: true, id: GONE, tenantId: 'default', epoch: 1, version: 2, deletedAtMs: 0 } as const;
  const clock = { nowMs: Date.now() };
  const producer = log.producer();
  const sender = senderUnderTest({
    directory: { get: (id) => (id === GONE ? gone : undefined), subscribers: () => [], onApplied: () => {} },
    producer,
    attemptsTail: log.tailReader(topics.attempts),
    now: () => clock.nowMs,
  });
  const consumer = log.consumer({
    groupId: 'senders',
    topics: [topics.deliveries],
    handler: sender,
    onFatal: (error) => {
      throw error;
    },
  });
  sender.attach(consumer);
  stops.push(async () => consumer.stop());
  await Promise.all([producer.start(), consumer.start()]);
  /** Deliveries to these webhooks, one after the other; resolves when the sender has taken and settled what it can. */
  const deliver = async (...webhookIds: readonly string[]): Promise<void> => {
    for (const [index, webhookId] of webhookIds.entries()) {
      const headers = encodeDelivery(aDelivery(webhookId, `${log.records(ofDeliveries).length}/${index}`));
      const { offset } = log.append({ topic: topics.deliveries, key: webhookId, value: '{}', headers });
      await waitFor(() => webhookId === UNKNOWN || (sender.toCommit()[0]?.offset ?? 0) > offset, { what: webhookId });
      await waitFor(() => sender.queued === webhookIds.filter((id) => id === UNKNOWN).length || webhookId === GONE, {
        what: 'the queue',
      });
    }
  };
  return { sender, deliver, clock };
}
const ofDeliveries = { topic: topics.deliveries, partition: 0 };

describe('what a sender commits with an offset', () => {
  it('leaves room behind a join for facts that its predecessor brings late', async () => {
    const { sender, deliver } = await aSender();
    // Its own fact makes known that `attempts` has four; a late one may lie before it.
    await deliver(GONE, UNKNOWN);
    expect(sender.toCommit()).toEqual([{ ...ofDeliveries, offset: 1, metadata: attemptsMetadata(3) }]);
  });

  it('is what was known when the record came, when the join is long ago', async () => {
    const { sender, deliver, clock } = await aSender();
    clock.nowMs += 10_000;
    await deliver(GONE, UNKNOWN);
    expect(sender.toCommit()).toEqual([{ ...ofDeliveries, offset: 1, metadata: attemptsMetadata(4) }]);
  });
});
