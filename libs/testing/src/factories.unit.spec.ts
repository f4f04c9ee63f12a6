import { describe, expect, it } from '@jest/globals';
import { EVENT_TYPES, isKnownEvent, readPublishedEvent } from '@signalbox/domain';
import { anEvent, aWebhook } from './factories.ts';

describe('the factories', () => {
  it('make an event of every type that passes the rules for published events', () => {
    const outcomes = EVENT_TYPES.map(({ name }) =>
      readPublishedEvent(anEvent(name), { maxBytes: 262_144, isKnownEvent }),
    );
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
  });

  it('let a test say what matters to it', () => {
    expect(JSON.parse(anEvent('User.Deleted', { data: { id: 'u1' } }).toString())).toMatchObject({
      event: 'User.Deleted',
      data: { id: 'u1' },
    });
    const webhook = aWebhook('http://127.0.0.1:1/hook', { events: ['User.Created'] });
    expect(webhook.events).toEqual(['User.Created']);
  });

  it('refuse an event that is not in the catalogue', () => {
    expect(() => anEvent('User.Vanished')).toThrow('no event User.Vanished');
  });
});
