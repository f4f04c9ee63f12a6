import { describe, expect, it } from '@jest/globals';
import { aDelivery, anAttempt } from '../../testing/dispatcher-fixtures.ts';
import { SENDER_TOPICS } from '../testing/sender-under-test.ts';
import { answered, deliveryAt, PARTITION, startSender, T0, WEBHOOK } from '../testing/started-sender.ts';

const tier = SENDER_TOPICS.retries[0];
const retrying = { outcome: 'retrying', nextAttemptAtMs: T0 - 1_000, statusCode: 503 } as const;
const paid = anAttempt(WEBHOOK.id, aDelivery(WEBHOOK.id, 'e0'), 0, retrying);
const retry = (offset: number) =>
  deliveryAt(offset, { ...aDelivery(WEBHOOK.id, 'e0'), attemptNumber: 2, roundStartedAtMs: T0 });

describe('a retry that was paid by a sender that was killed, and again by the next one', () => {
  it('is sent once, though it came back minutes before it was paid again', async () => {
    const { sender, posts, appendedTo, give, acknowledge } = await startSender({}, [paid]);
    give(deliveryAt(0), retry(1), deliveryAt(2));
    expect(appendedTo).toEqual([tier]);
    give(retry(3));
    expect(posts).toHaveLength(2);
    acknowledge();
    for (const { end } of posts) end(answered(200));
    acknowledge();
    expect(sender.toCommit()).toMatchObject([{ offset: 4 }]);
  });

  it('counts as not done until the first of the two is, also over a join', async () => {
    const { sender, posts, give, acknowledge } = await startSender({}, [paid]);
    give(deliveryAt(0), retry(1), retry(2));
    acknowledge();
    // What is not done holds the commit back, and the second of the two does not count as it.
    expect(posts).toHaveLength(1);
    expect(sender.toCommit()).toMatchObject([{ offset: 1 }]);
    sender.onJoin({ assigned: [PARTITION], lost: [], isContinuous: true });
    const assigned = { ...PARTITION, committedOffset: 1, committedMetadata: '', logStart: 0, logEnd: 9 };
    await sender.locate([assigned], new AbortController().signal);
    give(retry(1), retry(2));
    expect(posts).toHaveLength(1);
    posts[0]?.end(answered(200));
    acknowledge();
    expect(sender.toCommit()).toMatchObject([{ offset: 3 }]);
  });
});
