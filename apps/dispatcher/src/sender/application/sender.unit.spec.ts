import { describe, expect, it } from '@jest/globals';
import { answered, deliveryAt, PARTITION, startSender, TIMEOUT, WEBHOOK } from '../testing/started-sender.ts';

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

  it('lets no first byte go out while its group is silent, nor for a partition that is gone', async () => {
    const { sender, posts, facts, heartbeat, give } = await startSender();
    give(deliveryAt(0), deliveryAt(1));
    expect(posts.map(({ mayStart }) => mayStart?.())).toEqual([true, true]);
    heartbeat.ageMs = 4_501;
    expect(posts[0]?.mayStart?.()).toBe(false);
    posts[0]?.end({ ...TIMEOUT, errorClass: 'connect', isOwnFault: true });
    heartbeat.ageMs = 0;
    sender.tick();
    expect(facts).toMatchObject([{ kind: 'deferred', reason: 'own fault', attemptNumber: 1 }]);
    sender.onJoin({ assigned: [], lost: [PARTITION], isContinuous: true });
    expect(posts[1]?.mayStart?.()).toBe(false);
  });

  it('holds of a delivery its own bytes alone, not those it was fetched with', async () => {
    const { posts, give } = await startSender();
    const answer = Buffer.alloc(1_048_576, '{}');
    give(deliveryAt(0, { value: answer.subarray(0, 2) }));
    expect(posts[0]?.body.toString()).toBe('{}');
    expect(posts[0]?.body.buffer).not.toBe(answer.buffer);
    expect(posts[0]?.body.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
  });

  it('tells as the start of an attempt when its first byte was written', async () => {
    const { posts, facts, clock, give } = await startSender();
    give(deliveryAt(0));
    clock.nowMs += 300;
    posts[0]?.mayStart?.();
    const writtenAtMs = clock.nowMs;
    clock.nowMs += 700;
    posts[0]?.end(TIMEOUT);
    expect(facts).toMatchObject([{ kind: 'attempted', startedAtMs: writtenAtMs, atMs: clock.nowMs }]);
  });

  it('defers what was not sent while the process itself stood still, and tells what was sent as the attempt it was', async () => {
    const { sender, posts, facts, clock, give } = await startSender();
    sender.tick();
    give(deliveryAt(0), deliveryAt(1));
    posts[1]?.mayStart?.();
    clock.nowMs += 8_000;
    posts[0]?.end(TIMEOUT);
    sender.tick();
    clock.nowMs += 100;
    sender.tick();
    posts[1]?.end(TIMEOUT);
    expect(facts).toMatchObject([
      { kind: 'deferred', reason: 'own fault', attemptNumber: 1 },
      { kind: 'attempted', errorClass: 'timeout', error: expect.stringContaining('the sender stood still meanwhile') },
    ]);
    give(deliveryAt(2));
    for (let ms = 0; ms < 1_000; ms += 50) {
      clock.nowMs += 50;
      sender.tick();
    }
    posts[2]?.end(TIMEOUT);
    expect(facts[2]).toMatchObject({ kind: 'attempted', errorClass: 'timeout' });
  });

  it('puts off what is queued too long no longer than it lives, and ends what is too old by then', async () => {
    const { sender, posts, facts, clock, give } = await startSender();
    const expiresInMs = (ms: number) => clock.nowMs + ms - WEBHOOK.retryPolicy.maxAgeMs;
    for (let offset = 0; offset < 4; offset++) give(deliveryAt(offset));
    const oftenPutOff = { deferrals: 8, roundStartedAtMs: expiresInMs(30_000) };
    const tooOldSoon = { deferrals: 8, roundStartedAtMs: expiresInMs(5_000) };
    give(deliveryAt(4, oftenPutOff), deliveryAt(5, tooOldSoon));
    expect(posts).toHaveLength(4);
    clock.nowMs += 10_001;
    sender.tick();
    expect(facts).toMatchObject([
      { kind: 'deferred', reason: 'queued too long', dueAtMs: clock.nowMs + 20_000 },
      { kind: 'expired', deliveryOffset: 5 },
    ]);
  });

  it('waits at a stop for POSTs that went out, and forgets those that did not', async () => {
    const { sender, posts, facts, heartbeat, give } = await startSender();
    give(deliveryAt(0), deliveryAt(1));
    posts[0]?.mayStart?.();
    heartbeat.ageMs = 60_000;
    let isDrained = false;
    const drained = sender.drain().then(() => (isDrained = true));
    expect(posts[1]?.mayStart?.()).toBe(false);
    posts[1]?.end({ ...TIMEOUT, errorClass: 'connect', isOwnFault: true });
    await new Promise(setImmediate);
    expect({ isDrained, facts }).toEqual({ isDrained: false, facts: [] });
    posts[0]?.end(TIMEOUT);
    await drained;
    expect(facts).toMatchObject([{ kind: 'attempted', errorClass: 'timeout' }]);
  });

  it('commits at a stop what it has ended, also where its group was joined meanwhile', async () => {
    const { sender, posts, give, acknowledge } = await startSender();
    give(deliveryAt(0));
    posts[0]?.mayStart?.();
    const drained = sender.drain();
    sender.onJoin({ assigned: [PARTITION], lost: [], isContinuous: true });
    posts[0]?.end(answered(200));
    await drained;
    acknowledge();
    expect(sender.toCommit()).toMatchObject([{ offset: 1 }]);
  });

  it('does not wait at a stop for POSTs of which nothing went out', async () => {
    const { sender, posts, facts, give } = await startSender();
    give(deliveryAt(0));
    await sender.drain();
    expect(posts[0]?.mayStart?.()).toBe(false);
    posts[0]?.end({ ...TIMEOUT, errorClass: 'connect', isOwnFault: true });
    expect(facts).toEqual([]);
  });

  it.each([
    { gapMs: 300, kinds: ['attempted'], what: 'holds nothing against an endpoint while it gets little time itself' },
    { gapMs: 50, kinds: ['attempted', 'breaker-changed'], what: 'finds an endpoint that hangs while it is well' },
  ])('$what', async ({ gapMs, kinds }) => {
    const { sender, posts, facts, clock, give } = await startSender();
    sender.tick();
    for (let offset = 0; offset < 5; offset++) {
      give(deliveryAt(offset));
      posts[offset]?.mayStart?.();
      for (let ms = 0; ms < 900; ms += gapMs) {
        clock.nowMs += gapMs;
        sender.tick();
      }
      posts[offset]?.end(TIMEOUT);
    }
    expect(facts.filter(({ kind }) => kind === 'attempted')).toHaveLength(5);
    expect([...new Set(facts.map(({ kind }) => kind))]).toEqual(kinds);
  });
});
