import { describe, expect, it } from '@jest/globals';
import { fits, isNew, livePathOf, missedOf, tellsOf, type LiveAttempt } from './live-deliveries.ts';
import type { Delivery } from './requests-search.ts';

const attempt = (more: Partial<LiveAttempt> = {}): LiveAttempt => ({
  hookId: 'hook',
  deliveryId: 'new',
  event: 'User.Created',
  kind: 'attempted',
  state: 'succeeded',
  round: 0,
  number: 1,
  deferrals: 0,
  at: 1_000,
  createdAt: 900,
  statusCode: 204,
  ...more,
});
const row = (more: Partial<Delivery> = {}): Delivery => ({
  id: 'row',
  hookId: 'hook',
  event: 'User.Created',
  state: 'succeeded',
  attempts: 1,
  rounds: 1,
  createdAt: 500,
  ...more,
});

describe('the live feed beside a list', () => {
  it('is asked for the event that the list is filtered by, for every state that its rows may come to, and not where nothing new can come', () => {
    expect(livePathOf('a b', {})).toBe('/api/hooks/a%20b/live');
    expect(livePathOf('a', { state: 'failed', event: 'Own&Event' })).toBe('/api/hooks/a/live?event=Own%26Event');
    expect(livePathOf('a', { to: '5' })).toBeUndefined();
    expect(livePathOf('a', { id: 'x' })).toBeUndefined();
  });

  it('leaves out what the list would not show', () => {
    expect(fits(attempt(), { answer: '2xx' }, 1_000)).toBe(true);
    expect(fits(attempt({ statusCode: 503 }), { answer: '2xx' }, 1_000)).toBe(false);
    expect(fits(attempt({ createdAt: 4 }), { from: '5' }, 1_000)).toBe(false);
    expect(fits(attempt({ state: 'retrying' }), { state: 'retrying' }, 1_000)).toBe(true);
    expect(fits(attempt({ state: 'succeeded' }), { state: 'retrying' }, 1_000)).toBe(false);
    // A retry of what is older than the list goes back by itself.
    expect(fits(attempt({ createdAt: 900 }), {}, 86_400_000 + 901)).toBe(false);
  });

  it('tells of a new request, unless it is older than all that is loaded and stands further down', () => {
    expect(isNew(attempt({ createdAt: 600 }), [row()], true)).toBe(true);
    expect(isNew(attempt({ createdAt: 400 }), [row()], true)).toBe(false);
    expect(isNew(attempt({ createdAt: 400 }), [row()], false)).toBe(true);
  });

  it('began after the list was read: what happened in between is found in the first page', () => {
    const succeeded = row({ id: 'b', attempts: 2 });
    const listed = [row({ id: 'a' }), row({ id: 'b', state: 'retrying' })];
    const page = [row({ id: 'c' }), row({ id: 'a' }), succeeded];
    expect(missedOf(page, new Map(listed.map((each) => [each.id, each])))).toEqual({
      unseen: [row({ id: 'c' })],
      changed: [succeeded],
    });
  });

  it('has a row read again until the row tells of the attempt', () => {
    expect(tellsOf(row(), attempt())).toBe(false);
    expect(tellsOf(row({ lastAttemptAt: 1_000 }), attempt())).toBe(true);
    expect(tellsOf(row({ why: { reason: 'breaker open', since: 1_000 } }), attempt())).toBe(true);
  });
});
