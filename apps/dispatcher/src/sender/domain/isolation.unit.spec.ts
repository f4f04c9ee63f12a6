import { describe, expect, it } from '@jest/globals';
import { RETRY_TIERS, retryTierFor } from '@signalbox/contracts';
import { attemptIdOf, deliveryIdOf } from '@signalbox/domain';
import fc from 'fast-check';
import { deferralDueAtMs } from './deferral.ts';
import { DEFAULT_LANE_LIMITS } from './lane.ts';
import type { LaneOwner } from './lanes.ts';
import { Lanes } from './lanes.ts';

interface Task {
  readonly name: string;
  readonly bytes: number;
  readonly queuedAtMs: number;
  readonly deferrals: number;
}
const T0 = 1_800_000_000_000;
const task = (name: string, queuedAtMs = T0, deferrals = 0): Task => ({ name, bytes: 10, queuedAtMs, deferrals });
const owner = (webhookId: string, tenantId = 'default', rateLimitPerSecond?: number): LaneOwner => ({
  webhookId,
  tenantId,
  rateLimitPerSecond,
});
const ended = (webhookId: string) => ({ webhookId, bytes: 10 });
const startAll = (lanes: Lanes<Task>, nowMs = T0): string[] => {
  const started: string[] = [];
  for (let turn = lanes.next(nowMs); turn !== undefined; turn = lanes.next(nowMs)) started.push(turn.task.name);
  return started;
};

describe('fair shares', () => {
  it('lets tenants take turns, however many webhooks one of them has', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    for (let index = 0; index < 50; index++) lanes.offer(owner(`big${index}`, 'big'), task('big'), T0);
    for (const name of ['s1', 's2', 's3']) lanes.offer(owner('small', 'small'), task(name), T0);
    expect(startAll(lanes).slice(0, 6)).toEqual(['big', 's1', 'big', 's2', 'big', 's3']);
  });

  it('gives a tenant that holds more than its share no more room for endpoints that do not answer', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    for (let index = 0; index < 200; index++) lanes.offer(owner('hanging', 'big'), task('h'), T0);
    startAll(lanes);
    const crowding = { isCrowded: true, roomFor: 300, roomForBytes: 1_000_000 };
    expect(lanes.offer(owner('healthy', 'small'), task('ok'), T0, crowding)).toBeUndefined();
    const refusedOf = (webhookId: string, tenantId: string): number =>
      Array.from({ length: 20 }, () => lanes.offer(owner(webhookId, tenantId), task('t'), T0, crowding)).filter(Boolean)
        .length;
    expect(refusedOf('hanging too', 'big')).toBe(19);
    expect(refusedOf('healthy too', 'small')).toBe(0);
  });
});

describe('ten thousand webhooks of one tenant', () => {
  /** One delivery each. */
  function offered(webhooks: number, tenantId = 'big', lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS), bytes = 10) {
    for (let index = 0; index < webhooks; index++) {
      lanes.offer(owner(`${tenantId}${index}`, tenantId), { ...task(tenantId), bytes }, T0);
    }
    return lanes;
  }

  it('whose endpoints hang have half of the room under way, and one for each that times out', () => {
    const lanes = offered(10_000);
    expect(startAll(lanes)).toHaveLength(4_096);
    lanes.offer(owner('healthy', 'small'), task('ok'), T0 + 20_000);
    expect(startAll(lanes, T0 + 20_000)).toEqual(['ok']);
    for (let index = 0; index < 101; index++) lanes.finish(ended(`big${index}`), 'congestion', T0 + 20_000, 20_000);
    expect(startAll(lanes, T0 + 20_000)).toHaveLength(100);
  });

  it("whose endpoints hang are in nobody's way, nor in that of their own tenant, while half of the room is free", () => {
    const lanes = offered(4_000);
    startAll(lanes);
    lanes.offer(owner('healthy', 'big'), task('ok'), T0);
    expect(startAll(lanes)).toEqual(['ok']);
  });

  it('whose endpoints hang are moved away, but for what is under way, where there is little room', () => {
    const lanes = offered(8_000);
    offered(50, 'small', lanes);
    startAll(lanes);
    expect(lanes.waiting).toBe(8_050 - 4_096);
    expect(lanes.expelStalled(1_000, T0 + 1, T0 + 2_999)).toEqual([]);
    const moved = lanes.expelStalled(1_000, T0 + 1, T0 + 3_000);
    expect(moved).toHaveLength(8_050 - 4_096);
    expect(new Set(moved.map((turn) => turn.task.name))).toEqual(new Set(['big']));
  });

  it('are sent to as fast as they answer, up to three quarters of the room at once', () => {
    const lanes = offered(16_000);
    let underWay = startAll(lanes).length;
    let most = underWay;
    for (let done = 0; done < 16_000; done++) {
      lanes.finish(ended(`big${done}`), 'success', T0 + done, 50);
      underWay += startAll(lanes, T0 + done).length - 1;
      most = Math.max(most, underWay);
    }
    expect({ underWay, most }).toEqual({ underWay: 0, most: 6_144 });
  });

  it('are not moved away while others of them are answered', () => {
    const lanes = offered(8_000);
    startAll(lanes);
    lanes.finish(ended('big0'), 'success', T0 + 900, 900);
    startAll(lanes, T0 + 900);
    expect(lanes.expelStalled(1_000, T0 + 1, T0 + 3_800)).toEqual([]);
  });

  it('have as many bytes under way as they may have of small ones', () => {
    const bytes = 1_024 * 1_024;
    const lanes = offered(1_000, 'big', undefined, bytes);
    expect(startAll(lanes)).toHaveLength(32);
    lanes.offer(owner('healthy', 'small'), task('ok'), T0);
    expect(startAll(lanes)).toEqual(['ok']);
    // Each that is answered makes room for as much again.
    let underWay = 32;
    for (let done = 0; done < 40; done++) {
      lanes.finish({ webhookId: `big${done}`, bytes }, 'success', T0, 50);
      underWay += startAll(lanes).length - 1;
    }
    expect(underWay).toBe(48);
  });

  it('of one tenant after the other leave room for who comes next', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    const started = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => {
      offered(5_000, name, lanes);
      return startAll(lanes).length;
    });
    expect(started.slice(0, 4)).toEqual([4_096, 1_024, 683, 512]);
    expect(started.reduce((sum, count) => sum + count)).toBeLessThan(8_000);
  });

  it('of several tenants go on when there is room again, whoever makes it', () => {
    const lanes = offered(5_000, 'a');
    startAll(lanes);
    offered(2_000, 'b', lanes);
    const waiting = lanes.waiting - startAll(lanes).length;
    for (let done = 0; done < 4_096; done++) lanes.finish(ended(`a${done}`), 'congestion', T0, 10_000);
    expect(startAll(lanes)).toHaveLength(waiting);
  });
});

describe('beside the backlog of a quick endpoint', () => {
  it('a webhook of its tenant that was never sent to, and one that is slow or failed, has its place', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    for (let index = 0; index < 100; index++) {
      lanes.offer(owner('quick'), task('t'), T0);
      startAll(lanes);
      lanes.finish(ended('quick'), 'success', T0 + 2, 2);
    }
    for (let index = 0; index < 8_000; index++) lanes.offer(owner('quick'), task('t', T0 + 2), T0 + 2);
    startAll(lanes, T0 + 2);
    expect(lanes.waiting).toBeGreaterThan(7_900);
    const crowding = { isCrowded: true, roomFor: 4_096, roomForBytes: Infinity };
    const offer = (webhookId: string, nowMs: number) =>
      lanes.offer(owner(webhookId), task(webhookId, nowMs), nowMs, crowding);
    expect([offer('new', T0 + 3), offer('slow', T0 + 3), offer('failed', T0 + 3)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(startAll(lanes, T0 + 3)).toEqual(['new', 'slow', 'failed']);
    lanes.finish(ended('slow'), 'success', T0 + 1_503, 1_500);
    lanes.finish(ended('failed'), 'congestion', T0 + 1_503, 1_500);
    lanes.slowStart('failed');
    expect([offer('slow', T0 + 1_504), offer('failed', T0 + 1_504)]).toEqual([undefined, undefined]);
  });
});

describe('what an endpoint that hangs cannot take', () => {
  it('is booked a minute ahead at most, however much there is of it: the endpoint may be back by then', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    let longestMs = 0;
    for (let index = 0; index < 5_000; index++) {
      const nowMs = T0 + index * 5;
      const refusal = lanes.offer(owner('hanging'), task('t', nowMs), nowMs);
      longestMs = Math.max(longestMs, refusal?.expectedWaitMs ?? 0);
      if (index === 0) startAll(lanes);
    }
    expect(longestMs).toBe(60_000);
  });

  it('is another matter behind one that answers: each has its own turn, as far ahead as that is', () => {
    const limits = { ...DEFAULT_LANE_LIMITS, startConcurrency: 1, maxConcurrency: 1 };
    const lanes = new Lanes<Task>(limits);
    for (let index = 0; index < 100; index++) {
      lanes.offer(owner('slow'), task('t'), T0);
      startAll(lanes);
      lanes.finish(ended('slow'), 'success', T0, 500);
    }
    const turns: number[] = [];
    for (let index = 0; index < 1_000; index++) {
      turns.push(lanes.offer(owner('slow'), task('t'), T0)?.expectedWaitMs ?? 0);
      startAll(lanes);
    }
    // One that fails comes in between: what was given out before it stays given out.
    lanes.finish(ended('slow'), 'congestion', T0, 500);
    expect(lanes.offer(owner('slow'), task('t'), T0)?.expectedWaitMs).toBe(60_000);
    lanes.next(T0);
    lanes.finish(ended('slow'), 'success', T0, 500);
    lanes.offer(owner('slow'), task('t'), T0);
    expect(lanes.offer(owner('slow'), task('t'), T0)?.expectedWaitMs).toBeGreaterThan(490_000);
    // 500 ms apart.
    expect(turns.at(-1)).toBeGreaterThan(490_000);
    expect(turns.at(-1)).toBeLessThan(510_000);
    expect(new Set(turns.slice(300)).size).toBe(700);
  });
});

describe('a rate limit', () => {
  const rateOver = (perSecond: number, stepMs: number, seconds: number): number => {
    const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, maxWaitMs: 3_600_000 });
    let started = 0;
    for (let nowMs = T0; nowMs < T0 + seconds * 1_000; nowMs += stepMs) {
      for (let more = 0; more < 3; more++) lanes.offer(owner('w', 'default', perSecond), task('t', nowMs), nowMs);
      for (let turn = lanes.next(nowMs); turn !== undefined; turn = lanes.next(nowMs)) {
        started++;
        lanes.finish(ended('w'), 'success', nowMs, 1);
      }
    }
    return started / seconds;
  };

  it.each([1, 10, 40])('of %d a second is reached and not passed, looked at every 50 ms', (perSecond) => {
    const rate = rateOver(perSecond, 50, 20);
    expect(rate).toBeGreaterThanOrEqual(perSecond * 0.95);
    expect(rate).toBeLessThanOrEqual(perSecond * 1.05 + 0.1);
  });

  it('never lets more through in any second than the limit, a tenth of it and one', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 5, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), gaps, (perSecond, steps) => {
        const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, maxWaitMs: 3_600_000 });
        const starts: number[] = [];
        let nowMs = T0;
        for (const gap of steps) {
          nowMs += gap;
          for (let more = 0; more < 5; more++) lanes.offer(owner('w', 'default', perSecond), task('t'), nowMs);
          while (lanes.next(nowMs) !== undefined) {
            starts.push(nowMs);
            lanes.finish(ended('w'), 'success', nowMs, 1);
          }
        }
        for (const from of starts) {
          const within = starts.filter((at) => at >= from && at < from + 1_000).length;
          expect(within).toBeLessThanOrEqual(perSecond * 1.1 + 1);
        }
      }),
    );
  });

  it('of one webhook holds back no other', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    for (let index = 0; index < 5; index++) lanes.offer(owner('slow', 'default', 1), task('slow'), T0);
    for (let index = 0; index < 4; index++) lanes.offer(owner('free'), task('free'), T0);
    expect(startAll(lanes)).toEqual(['slow', 'free', 'free', 'free', 'free']);
    expect(lanes.wakesAtMs).toBeLessThanOrEqual(T0 + 1_000);
    expect(startAll(lanes, T0 + 1_000)).toEqual(['slow']);
  });

  it('of thousands of webhooks is kept, and they are not all looked at for each start', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    const webhooks = 5_000;
    const started = new Map<string, number>();
    let wakes = 0;
    for (let index = 0; index < webhooks; index++) {
      for (let more = 0; more < 8; more++) lanes.offer(owner(`w${index}`, 'default', 1), task('t'), T0);
    }
    for (let nowMs = T0; nowMs < T0 + 5_000; nowMs++) {
      wakes += Number(lanes.wakesAtMs <= nowMs);
      for (let turn = lanes.next(nowMs); turn !== undefined; turn = lanes.next(nowMs)) {
        started.set(turn.webhookId, (started.get(turn.webhookId) ?? 0) + 1);
        lanes.finish(ended(turn.webhookId), 'success', nowMs, 1);
      }
    }
    expect(started.size).toBe(webhooks);
    // At once, and from 0.9 s on each second.
    expect(new Set(started.values())).toEqual(new Set([6]));
    expect(wakes).toBeLessThanOrEqual(5_000 / 50 + 1);
  });

  it('moves each of 100,000 waiting deliveries a few times at most until its turn', () => {
    const perSecond = 10;
    const count = 100_000;
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    const due = new Map<number, { readonly index: number; readonly deferrals: number }[]>();
    const moves = Array.from({ length: count }, () => ({ deferrals: 0, hops: 0 }));
    const offer = (index: number, deferrals: number, nowMs: number): void => {
      const refusal = lanes.offer(owner('w', 'default', perSecond), task(String(index), nowMs, deferrals), nowMs);
      if (refusal === undefined) return;
      if (refusal.reason !== 'rate limit') throw new Error(refusal.reason);
      const move = moves[index];
      if (move === undefined) throw new Error(`there is no delivery ${index}`);
      move.deferrals++;
      const id = attemptIdOf(deliveryIdOf('w', String(index)), 0, 1);
      const turn = { expectedWaitMs: refusal.expectedWaitMs, kind: 'booked' } as const;
      const dueAtMs = deferralDueAtMs(nowMs, deferrals, turn, id);
      for (let left = dueAtMs - nowMs; left > 5_000; left -= RETRY_TIERS[retryTierFor(left)]?.delayMs ?? left)
        move.hops++;
      const slot = Math.ceil((dueAtMs - T0) / 100);
      const back = { index, deferrals: deferrals + 1 };
      const others = due.get(slot);
      if (others === undefined) due.set(slot, [back]);
      else others.push(back);
    };
    for (let index = 0; index < count; index++) offer(index, 0, T0);
    let done = 0;
    let slot = 0;
    // 10 % more time than an unbroken queue would take.
    for (; done < count && slot * 100 < (count / perSecond) * 1_100; slot++) {
      const nowMs = T0 + slot * 100;
      for (const back of due.get(slot) ?? []) offer(back.index, back.deferrals, nowMs);
      due.delete(slot);
      for (let turn = lanes.next(nowMs); turn !== undefined; turn = lanes.next(nowMs)) {
        done++;
        lanes.finish(ended('w'), 'success', nowMs, 20);
      }
    }
    expect(done).toBe(count);
    const most = (what: 'deferrals' | 'hops'): number => moves.reduce((max, move) => Math.max(max, move[what]), 0);
    const sum = moves.reduce((total, { deferrals, hops }) => total + deferrals + hops, 0);
    // log2 of 100,000 is 17; on average far fewer.
    expect(most('deferrals')).toBeLessThanOrEqual(4);
    expect(most('hops')).toBeLessThanOrEqual(17);
    expect(sum / count).toBeLessThanOrEqual(10);
  });
});

describe('lanes in bounded memory', () => {
  it('forgets what has been idle for a minute, and keeps few of those that are', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    for (let index = 0; index < 100_000; index++) {
      lanes.offer(owner(`w${index}`, `t${index % 1_000}`), task('t'), T0);
      const turn = lanes.next(T0);
      lanes.finish(ended(turn?.webhookId ?? ''), 'success', T0, 5);
    }
    expect(lanes.size).toBe(100_000);
    lanes.sweep(T0);
    expect(lanes.size).toBe(10_000);
    lanes.sweep(T0 + 60_000);
    expect(lanes.size).toBe(0);
  });

  it('keeps what has work, and what expects its deliveries back', () => {
    const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, minQueued: 1, maxWaitMs: 0 });
    lanes.offer(owner('waiting'), task('t'), T0);
    lanes.offer(owner('limited', 'default', 1), task('t'), T0);
    for (let index = 0; index < 1_000; index++) lanes.offer(owner('limited', 'default', 1), task('t'), T0);
    startAll(lanes);
    lanes.finish(ended('limited'), 'success', T0, 5);
    lanes.sweep(T0 + 60_000);
    expect(lanes.size).toBe(2);
    lanes.sweep(T0 + 2_000_000);
    expect(lanes.size).toBe(1);
  });
});

describe('after an outage', () => {
  it('begins with one at a time and grows by one for each round of successes', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    for (let index = 0; index < 200; index++) lanes.offer(owner('w'), task('t'), T0);
    lanes.slowStart('w');
    const busyAfter = (successes: number): number => {
      for (let index = 0; index < successes; index++) {
        lanes.finish(ended('w'), 'success', T0, 5);
        active += startAll(lanes).length - 1;
      }
      return active;
    };
    let active = startAll(lanes).length;
    expect(active).toBe(1);
    expect([busyAfter(1), busyAfter(2), busyAfter(3), busyAfter(4)]).toEqual([2, 3, 4, 5]);
  });
});

describe('whatever happens', () => {
  type Step =
    | { readonly kind: 'offer'; readonly webhook: number; readonly limit: boolean }
    | { readonly kind: 'finish'; readonly signal: 'success' | 'congestion' | 'neutral' }
    | { readonly kind: 'pass'; readonly ms: number }
    | { readonly kind: 'expel' | 'clear' | 'sweep' };
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('offer'), webhook: fc.nat(5), limit: fc.boolean() }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('finish'),
        signal: fc.constantFrom('success', 'congestion', 'neutral'),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass'), ms: fc.nat(70_000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('expel', 'clear', 'sweep') }) },
  ) as fc.Arbitrary<Step>;

  it('every task goes once, in the order of its webhook, within its concurrency, and nothing that can start waits', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, maxConcurrency: 6 });
        const queued = new Map<string, string[]>();
        const active: string[] = [];
        let nowMs = T0;
        let made = 0;
        const leave = (webhookId: string, name: string): void => {
          expect(queued.get(webhookId)?.shift()).toBe(name);
        };
        for (const one of steps) {
          if (one.kind === 'offer') {
            const webhookId = `w${one.webhook}`;
            const to = owner(webhookId, `t${one.webhook % 2}`, one.limit && one.webhook === 0 ? 2 : undefined);
            const name = `n${made++}`;
            if (lanes.offer(to, task(name, nowMs), nowMs) === undefined)
              queued.set(webhookId, [...(queued.get(webhookId) ?? []), name]);
          } else if (one.kind === 'finish') {
            const webhookId = active.shift();
            if (webhookId !== undefined) lanes.finish(ended(webhookId), one.signal, nowMs, 10);
          } else if (one.kind === 'pass') nowMs += one.ms;
          else if (one.kind === 'sweep') lanes.sweep(nowMs);
          else if (one.kind === 'expel')
            for (const { webhookId, task: out } of lanes.expel(nowMs - 10_000, nowMs)) leave(webhookId, out.name);
          else {
            lanes.clear(nowMs);
            queued.clear();
          }
          for (let turn = lanes.next(nowMs); turn !== undefined; turn = lanes.next(nowMs)) {
            leave(turn.webhookId, turn.task.name);
            active.push(turn.webhookId);
          }
          const waiting = [...queued].filter(([, names]) => names.length > 0);
          expect(lanes.waiting).toBe(waiting.reduce((sum, [, names]) => sum + names.length, 0));
          expect(lanes.bytes).toBe(lanes.waiting * 10);
          for (const [webhookId] of waiting) {
            const busy = active.filter((id) => id === webhookId).length;
            expect(busy).toBeLessThanOrEqual(6);
            if (busy === 0 && lanes.wakesAtMs === Infinity) throw new Error(`${webhookId} waits for nothing`);
          }
        }
      }),
    );
  });
});
