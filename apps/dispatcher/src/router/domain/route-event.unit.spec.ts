import { describe, expect, it } from '@jest/globals';
import { anEvent } from '@signalbox/testing';
import { aWebhookState } from '../../testing/dispatcher-fixtures.ts';
import type { PublishedRecord, Routing } from './route-event.ts';
import { routeEvent } from './route-event.ts';

const rules = {
  maxEventBytes: 10_000,
  isKnownEvent: () => true,
  subscribers: () => [aWebhookState({ url: 'http://127.0.0.1/' })],
  randomUuids: () => '0'.repeat(64),
};
const route = (record: Partial<PublishedRecord>): Routing =>
  routeEvent(
    { topic: 'auth-events', partition: 3, offset: 42, timestampMs: 7, value: anEvent(), headers: {}, ...record },
    rules,
  );

describe('routeEvent', () => {
  it('rejects what could not be read, by what of it that was', () => {
    const message = 'the reason';
    const rejected = { kind: 'rejected', message };
    expect(route({ fault: { kind: 'headers', message } })).toEqual({ ...rejected, reason: 'bad-header' });
    expect(route({ value: null, fault: { kind: 'batch', message } })).toEqual({ ...rejected, reason: 'unreadable' });
  });
});
