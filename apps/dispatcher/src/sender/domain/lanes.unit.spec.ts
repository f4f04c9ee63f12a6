import { describe, expect, it } from '@jest/globals';
import { DEFAULT_LANE_LIMITS } from './lane.ts';
import type { LaneOwner } from './lanes.ts';
import { Lanes } from './lanes.ts';

interface Task {
  readonly name: string;
  readonly bytes: number;
  readonly queuedAtMs: number;
  readonly deferrals: number;
}
const task = (name: string, queuedAtMs = 0, bytes = 1): Task => ({ name, bytes, queuedAtMs, deferrals: 0 });
const owner = (webhookId: string, tenantId = 'default'): LaneOwner => ({ webhookId, tenantId });
const ended = (webhookId: string) => ({ webhookId, bytes: 1 });
const names = (lanes: Lanes<Task>, nowMs = 0): string[] => {
  const started: string[] = [];
  for (let turn = lanes.next(nowMs); turn !== undefined; turn = lanes.next(nowMs)) started.push(turn.task.name);
  return started;
};

describe('Lanes', () => {
  it('serves webhooks in turn, each in the order of its own queue', () => {
    const lanes = new Lanes<Task>(DEFAULT_LANE_LIMITS);
    for (const name of ['a1', 'a2', 'a3']) lanes.offer(owner('a'), task(name), 0);
    for (const name of ['b1', 'b2']) lanes.offer(owner('b'), task(name), 0);
    expect(names(lanes)).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
  });

  it('starts no more of one webhook than its concurrency, and others go on', () => {
    const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, startConcurrency: 2 });
    for (let index = 0; index < 5; index++) lanes.offer(owner('hanging'), task(`h${index}`), 0);
    expect(names(lanes)).toEqual(['h0', 'h1']);
    lanes.offer(owner('healthy'), task('ok'), 0);
    expect(names(lanes)).toEqual(['ok']);
    lanes.finish(ended('hanging'), 'neutral', 1);
    expect(names(lanes)).toEqual(['h2']);
  });

  it('grows with success to its limit, and halves on congestion', () => {
    const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, startConcurrency: 2, maxConcurrency: 4 });
    for (let index = 0; index < 40; index++) lanes.offer(owner('w'), task(`t${index}`), 0);
    expect(names(lanes)).toHaveLength(2);
    lanes.finish(ended('w'), 'success', 1);
    expect(names(lanes)).toHaveLength(2);
    for (let index = 0; index < 10; index++) {
      lanes.finish(ended('w'), 'success', 2);
      names(lanes);
    }
    for (let index = 0; index < 4; index++) lanes.finish(ended('w'), 'neutral', 3);
    expect(names(lanes)).toHaveLength(4);
    lanes.finish(ended('w'), 'congestion', 4);
    expect(names(lanes)).toHaveLength(0);
    lanes.finish(ended('w'), 'neutral', 5);
    expect(names(lanes)).toHaveLength(0);
    lanes.finish(ended('w'), 'neutral', 6);
    expect(names(lanes)).toHaveLength(1);
  });

  const refusals = (lanes: Lanes<Task>, count: number, nowMs: number, isCrowded = false): number =>
    Array.from({ length: count }, () =>
      lanes.offer(owner('w'), task('t', nowMs), nowMs, { isCrowded, roomFor: 1_000, roomForBytes: 1_000 }),
    ).filter((full) => full).length;

  it('takes no more than it would serve in time, by what was measured', () => {
    const limits = { ...DEFAULT_LANE_LIMITS, minQueued: 3, maxWaitMs: 1_000, startConcurrency: 1, maxConcurrency: 1 };
    const lanes = new Lanes<Task>(limits);
    expect(refusals(lanes, 1, 0)).toBe(0);
    lanes.next(0);
    // An attempt of 550 ms makes the mean 50 + 10 % of 500 = 100 ms: eleven wait 1.1 s.
    lanes.finish(ended('w'), 'success', 550, 550);
    expect(refusals(lanes, 20, 600)).toBe(9);
  });

  it('takes only a few for an endpoint that answers nothing, and fewer while the sender is crowded', () => {
    const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, minQueued: 16 });
    refusals(lanes, 4, 0);
    names(lanes, 0);
    expect(refusals(lanes, 100, 20_000, true)).toBe(98);
    expect(refusals(lanes, 100, 20_000)).toBe(86);
  });

  it('gives an endpoint that was never measured few places while the sender is crowded', () => {
    const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, minQueued: 16 });
    expect(refusals(lanes, 50, 0, true)).toBe(48);
  });

  it.each([
    { limits: { maxQueued: 3 }, what: 'deliveries' },
    { limits: { maxQueuedBytes: 30 }, what: 'bytes' },
  ])('of one webhook take no more $what than they may, whatever was measured; another has its own', ({ limits }) => {
    const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, ...limits });
    const offer = (webhookId: string) => lanes.offer(owner(webhookId), task('t', 0, 10), 0);
    expect([offer('w'), offer('w'), offer('w')]).toEqual([undefined, undefined, undefined]);
    expect(offer('w')).toMatchObject({ reason: 'queue full' });
    expect([offer('other'), lanes.waiting, lanes.bytes]).toEqual([undefined, 4, 40]);
    lanes.next(0);
    expect([offer('w'), lanes.waiting, lanes.bytes]).toEqual([undefined, 4, 40]);
  });

  it('expels what has waited too long, the rest stays', () => {
    const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, startConcurrency: 1 });
    lanes.offer(owner('w'), task('old', 0, 10), 0);
    lanes.offer(owner('w'), task('new', 50, 10), 50);
    expect(lanes.expel(50, 50).map((turn) => turn.task.name)).toEqual(['old']);
    expect(lanes.waiting).toBe(1);
    expect(lanes.bytes).toBe(10);
  });

  it('forgets its queues on a join and keeps count of what is under way', () => {
    const lanes = new Lanes<Task>({ ...DEFAULT_LANE_LIMITS, startConcurrency: 1 });
    lanes.offer(owner('w'), task('a'), 0);
    lanes.offer(owner('w'), task('b'), 0);
    expect(names(lanes)).toEqual(['a']);
    lanes.clear(0);
    lanes.offer(owner('w'), task('c'), 0);
    expect(names(lanes)).toEqual([]);
    lanes.finish(ended('w'), 'success', 1);
    expect(names(lanes)).toEqual(['c']);
  });
});
