import { describe, expect, it } from '@jest/globals';
import { answered, deliveryAt, startSender, T0, TIMEOUT, WEBHOOK } from '../testing/started-sender.ts';

const { maxAgeMs } = WEBHOOK.retryPolicy;
/** The longest that any webhook may keep its deliveries: a week. */
const LONGEST_LIFE_MS = 604_800_000;
const REFUSED = { ...TIMEOUT, errorClass: 'connect', timings: { totalMs: 1 } } as const;

describe('the end of a delivery that could not go', () => {
  it('comes when its round is older than its webhook allows: it expires and is not sent', async () => {
    const { posts, facts, give } = await startSender();
    give(deliveryAt(0, { roundStartedAtMs: T0 - maxAgeMs }), deliveryAt(1, { roundStartedAtMs: T0 - maxAgeMs - 1 }));
    expect(facts).toMatchObject([{ kind: 'expired', deliveryOffset: 1, maxAgeMs }]);
    expect(posts).toHaveLength(1);
  });

  it('comes while it waits in its queue too', async () => {
    const { posts, facts, clock, give, giveMany } = await startSender();
    giveMany(0, 4);
    give(deliveryAt(4, { roundStartedAtMs: T0 - maxAgeMs }));
    expect({ posts: posts.length, facts }).toEqual({ posts: 4, facts: [] });
    clock.nowMs += 1;
    posts[0]?.end(answered(200));
    expect(facts).toMatchObject([
      { kind: 'attempted', deliveryOffset: 0 },
      { kind: 'expired', deliveryOffset: 4, maxAgeMs },
    ]);
    expect(posts).toHaveLength(4);
  });

  it('comes after a week where nobody knows its webhook', async () => {
    const { sender, posts, facts, known, give } = await startSender();
    known.webhook = undefined;
    const young = deliveryAt(0, { roundStartedAtMs: T0 - LONGEST_LIFE_MS });
    give(young, deliveryAt(1, { roundStartedAtMs: T0 - LONGEST_LIFE_MS - 1 }));
    expect(facts).toMatchObject([{ kind: 'expired', deliveryOffset: 1, maxAgeMs: LONGEST_LIFE_MS }]);
    expect({ posts: posts.length, queued: sender.queued }).toEqual({ posts: 0, queued: 1 });
  });
});

const { id, tenantId } = WEBHOOK;
describe.each([
  ['disabled', { ...WEBHOOK, version: 2, enabled: false }],
  ['deleted', { id, tenantId, deleted: true, epoch: 1, version: 2, deletedAtMs: T0 }],
] as const)('a webhook that is %s', (how, webhook) => {
  const reason = `webhook ${how}`;

  it('has nothing sent of what waited in its queue by then: it is skipped', async () => {
    const { posts, facts, known, giveMany } = await startSender();
    giveMany(0, 6);
    known.webhook = webhook;
    expect({ posts: posts.length, facts }).toEqual({ posts: 4, facts: [] });
    posts[0]?.end(answered(200));
    expect(facts).toMatchObject([
      { kind: 'attempted', outcome: 'succeeded', deliveryOffset: 0 },
      { kind: 'skipped', reason, deliveryOffset: 4 },
      { kind: 'skipped', reason, deliveryOffset: 5 },
    ]);
    expect(posts).toHaveLength(4);
  });

  it('has nothing put off that would only be skipped later', async () => {
    const { sender, facts, clock, known, giveMany } = await startSender();
    giveMany(0, 5);
    known.webhook = webhook;
    clock.nowMs += 10_250;
    sender.tick();
    expect(facts).toMatchObject([{ kind: 'skipped', reason, deliveryOffset: 4 }]);
  });

  it('has what comes back to it skipped at once, though others are under way', async () => {
    const { posts, facts, known, give, giveMany } = await startSender();
    giveMany(0, 4);
    known.webhook = webhook;
    give(deliveryAt(4, { attemptNumber: 2, deferrals: 1 }));
    expect(facts).toMatchObject([{ kind: 'skipped', reason, deliveryOffset: 4, attemptNumber: 2, deferrals: 1 }]);
    expect(posts).toHaveLength(4);
  });
});

describe('the room in memory', () => {
  it('is no place to wait for longer than ten seconds', async () => {
    const { sender, posts, facts, clock, giveMany } = await startSender();
    giveMany(0, 5);
    clock.nowMs += 10_000;
    sender.tick();
    expect({ posts: posts.length, facts }).toEqual({ posts: 4, facts: [] });
    clock.nowMs += 250;
    sender.tick();
    expect(facts).toMatchObject([{ kind: 'deferred', reason: 'queued too long', deliveryOffset: 4, attemptNumber: 1 }]);
  });

  it.each([
    {
      maxHeldBytes: 21,
      moved: [5, 6, 7, 8],
      what: 'is made where there is little, behind an endpoint that answers nothing any more',
    },
    { maxHeldBytes: 22, moved: [], what: 'is not made while there is enough' },
  ])('$what', async ({ maxHeldBytes, moved }) => {
    const { sender, posts, facts, clock, giveMany, acknowledge } = await startSender({ maxHeldBytes });
    giveMany(0, 1);
    posts[0]?.end(answered(200));
    acknowledge();
    facts.length = 0;
    // 16 bytes: little room is left where three quarters are taken.
    giveMany(1, 8);
    clock.nowMs += 1_001;
    sender.tick();
    expect(facts.map(({ deliveryOffset }) => deliveryOffset)).toEqual(moved);
    for (const fact of facts) expect(fact).toMatchObject({ kind: 'deferred', reason: 'queued too long' });
  });

  it('is bounded in bytes: reading pauses at the bound and goes on when half of it is free', async () => {
    const { sender, posts, flow, give, acknowledge } = await startSender({ maxHeldBytes: 1_000 });
    const value = Buffer.alloc(500, ' ');
    give(deliveryAt(0, { value }));
    expect(flow).toEqual([]);
    give(deliveryAt(1, { value }));
    expect(flow).toEqual(['paused']);
    posts[0]?.end(answered(200));
    acknowledge();
    sender.tick();
    expect(flow).toEqual(['paused']);
    posts[1]?.end(answered(200));
    sender.tick();
    // Its fact is not in the log yet: until then its bytes are held.
    expect(flow).toEqual(['paused']);
    acknowledge();
    sender.tick();
    expect(flow).toEqual(['paused', 'resumed']);
  });
});

describe('the POSTs of one webhook at a time', () => {
  it('are 4 to begin with, and 32 at most however well it answers', async () => {
    const { posts, giveMany } = await startSender();
    giveMany(0, 250);
    expect(posts).toHaveLength(4);
    const underWay: number[] = [];
    for (let ended = 0; ended < 200; ended++) {
      posts[ended]?.end(answered(200));
      underWay.push(posts.length - ended - 1);
    }
    expect(underWay[0]).toBe(5);
    expect(Math.max(...underWay)).toBe(32);
  });

  it('are one after an outage, then two: it is not overrun by what has waited', async () => {
    const { posts, facts, clock, giveMany } = await startSender();
    // Refused connections say nothing of its capacity, so that the breaker alone makes the start a slow one.
    giveMany(0, 5);
    for (let offset = 0; offset < 5; offset++) posts[offset]?.end(REFUSED);
    const opened = facts.find(({ kind }) => kind === 'breaker-changed');
    expect(opened).toMatchObject({ state: 'open' });
    clock.nowMs = opened?.kind === 'breaker-changed' ? (opened.nextProbeAtMs ?? 0) : 0;
    giveMany(5, 1);
    expect(posts).toHaveLength(6);
    posts[5]?.end(answered(200));
    expect(facts.at(-2)).toMatchObject({ kind: 'breaker-changed', state: 'closed' });
    giveMany(6, 10);
    expect(posts).toHaveLength(7);
    posts[6]?.end(answered(200));
    expect(posts).toHaveLength(9);
  });
});
