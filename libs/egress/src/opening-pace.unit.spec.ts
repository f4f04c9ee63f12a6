import { beforeEach, expect, it, jest } from '@jest/globals';
import { OpeningPace } from './opening-pace.ts';
import type { ConnectionSeeker } from './connection-seeker.ts';

function seekers(count: number, protocol = 'https:'): ConnectionSeeker[] {
  return Array.from({ length: count }, () => ({ endpoint: { protocol } }) as ConnectionSeeker);
}

/** An origin that notes for whom it was to open. */
class Origin {
  readonly opened: ConnectionSeeker[] = [];

  openFor(seeker: ConnectionSeeker): void {
    this.opened.push(seeker);
  }
}

/** What a full purse pays for. */
const SAVED = 16;
let idle = 0;
let active = 0;
let pace: OpeningPace;
let origin: Origin;
beforeEach(() => {
  jest.useFakeTimers();
  idle = active = 0;
  pace = new OpeningPace(
    () => ({ idle, active }),
    () => jest.now(),
  );
  origin = new Origin();
});

/** Lets so much time pass for a loop that is at work for this share of it. */
function pass(ms: number, busyShare: number, turnMs = 2): void {
  for (let at = 0; at < ms; at += turnMs) {
    idle += turnMs * (1 - busyShare);
    active += turnMs * busyShare;
    // A timer is late in a busy loop: it runs once for all of the turn.
    jest.setSystemTime(jest.now() + turnMs - 2);
    jest.advanceTimersByTime(2);
  }
}

function ask(of: Origin, wanted: readonly ConnectionSeeker[]): void {
  for (const seeker of wanted) pace.ask(of, seeker);
}

it('opens what an idle loop has saved for at once, and the others as it goes on being idle, in their order', () => {
  const all = seekers(100);
  ask(origin, all);
  expect(origin.opened).toEqual(all.slice(0, SAVED));
  pass(10, 0);
  expect(origin.opened).toEqual(all.slice(0, SAVED + 10));
  pass(100, 0);
  expect(origin.opened).toEqual(all);
});

it('opens few while the loop is busy, and none for who was served meanwhile', () => {
  const all = seekers(SAVED + 100);
  ask(origin, all);
  pass(200, 1);
  expect(origin.opened).toHaveLength(SAVED + 20);
  for (const seeker of all.slice(SAVED + 20, SAVED + 90)) pace.forget(seeker);
  pass(200, 1);
  expect(origin.opened).toEqual([...all.slice(0, SAVED + 20), ...all.slice(SAVED + 90)]);
});

it('goes from origin to origin, so that one for which many are wanted keeps no other waiting', () => {
  const other = new Origin();
  ask(origin, seekers(SAVED + 500));
  ask(other, seekers(2));
  pass(40, 1);
  expect(other.opened).toHaveLength(2);
  expect(origin.opened).toHaveLength(SAVED + 2);
});

it.each([2, 20])('gives who has waited a second half of a busy loop, also in turns of %d ms', (turnMs) => {
  ask(origin, seekers(SAVED + 1_000));
  pass(980, 1, turnMs);
  expect(origin.opened.length).toBeLessThanOrEqual(SAVED + 100);
  pass(1_000, 1, turnMs);
  expect(origin.opened.length).toBeGreaterThan(SAVED + 500);
  pass(1_000, 1, turnMs);
  expect(origin.opened).toHaveLength(SAVED + 1_000);
});

it('tells who waits longest for an origin, who waits no more then', () => {
  const all = seekers(SAVED + 3);
  ask(origin, all);
  pace.forget(all[SAVED] as ConnectionSeeker);
  expect(pace.takeLongest(origin)).toBe(all[SAVED + 1]);
  expect(pace.takeLongest(new Origin())).toBeUndefined();
  pass(20, 0);
  expect(origin.opened).toEqual([...all.slice(0, SAVED), all[SAVED + 2]]);
});

it('takes less of it for what costs less', () => {
  ask(origin, seekers(SAVED * 8 + 100, 'http:'));
  expect(origin.opened).toHaveLength(SAVED * 8);
  pass(4, 0);
  expect(origin.opened).toHaveLength(SAVED * 8 + 32);
});

it('saves no more than for a burst, and looks at no clock while nobody waits', () => {
  idle = 60_000;
  ask(origin, seekers(SAVED));
  expect(origin.opened).toHaveLength(SAVED);
  expect(jest.getTimerCount()).toBe(0);
  ask(origin, seekers(1));
  expect(origin.opened).toHaveLength(SAVED);
  pass(2, 0);
  expect(jest.getTimerCount()).toBe(0);
});
