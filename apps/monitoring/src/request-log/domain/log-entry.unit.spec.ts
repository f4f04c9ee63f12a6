import { describe, expect, it } from '@jest/globals';
import type { LoggedDelivery } from './log-entry.ts';
import { logEntryJson } from './log-entry.ts';

const delivery: LoggedDelivery = {
  deliveryId: 'd1',
  webhookId: 'w1',
  eventType: 'User.Created',
  firstScheduledAtMs: 1_767_225_600_123,
  hasSucceeded: true,
  body: Buffer.from('{"event":"User.Created","n":12345678901234567890,"hookId":"w1"}'),
  statusCode: 200,
  answer: '{"ok":true}',
  error: null,
};

const parsed = (change: Partial<LoggedDelivery>): unknown => JSON.parse(logEntryJson({ ...delivery, ...change }));

describe('a log entry', () => {
  it('has the shape of the contract, the body as it was sent', () => {
    expect(logEntryJson(delivery)).toContain('"n":12345678901234567890');
    expect(parsed({ body: Buffer.from('{"a":1}') })).toEqual({
      id: 'd1',
      key: 'TriggerHook.User.Created',
      createdAt: 1_767_225_600_123,
      payload: {
        key: 'TriggerHook.User.Created',
        result: 'Success',
        hookId: 'w1',
        hookRequest: { body: { a: 1 } },
        response: { statusCode: 200, body: { ok: true } },
      },
    });
  });

  it('keeps an answer that is no JSON as text, and says why it is an error', () => {
    expect(
      parsed({ hasSucceeded: false, statusCode: 502, answer: '<html>"', error: 'the endpoint answered 502' }),
    ).toMatchObject({
      payload: {
        result: 'Error',
        response: { statusCode: 502, body: '<html>"' },
        error: 'the endpoint answered 502',
      },
    });
  });

  it('has no response when there was no answer, and no body when none was seen', () => {
    const entry = parsed({ hasSucceeded: false, body: null, statusCode: null, answer: null, error: 'timeout' });
    expect(entry).toMatchObject({ payload: { hookRequest: { body: null }, error: 'timeout' } });
    expect(entry).not.toHaveProperty('payload.response');
  });
});
