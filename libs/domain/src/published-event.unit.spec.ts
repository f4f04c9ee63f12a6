import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isKnownEvent } from './event-catalogue.ts';
import { readPublishedEvent, spliceHookId } from './published-event.ts';

const options = { maxBytes: 1_000, isKnownEvent };
const read = (text: string | Buffer, more: { eventByHeaders?: string } = {}) =>
  readPublishedEvent(Buffer.from(text), { ...options, ...more });

describe('a published event', () => {
  it('is read with its name and time', () => {
    expect(read('{"event":"User.Created","createdAt":"2025-11-24T09:00:00Z","extra":[1]}')).toEqual({
      ok: true,
      event: 'User.Created',
      createdAt: '2025-11-24T09:00:00Z',
    });
    expect(read(' { "event" : "User.Created" } \n')).toEqual({ ok: true, event: 'User.Created' });
  });

  it('takes its name from the headers when the value has none', () => {
    expect(read('{}', { eventByHeaders: 'User.Created' })).toEqual({ ok: true, event: 'User.Created' });
    expect(read('{"event":"User.Deleted"}', { eventByHeaders: 'User.Created' })).toMatchObject({
      event: 'User.Deleted',
    });
    expect(read('{"event":null}', { eventByHeaders: 'User.Created' })).toMatchObject({ reason: 'missing-event' });
  });

  it.each([
    ['', 'not-json', 'value is empty; it must be one JSON object'],
    ['{"event":', 'not-json', 'it must be one JSON object'],
    ['\uFEFF{"event":"User.Created"}', 'not-json', 'value is not JSON'],
    ['{"event":"User.Created"}{}', 'not-json', 'value is not JSON'],
    ['null', 'not-an-object', 'value is null'],
    ['["event"]', 'not-an-object', 'value is an array'],
    ['"User.Created"', 'not-an-object', 'value is a string'],
    ['{"Event":"User.Created"}', 'missing-event', 'field "event" is missing'],
    ['{"event":7}', 'missing-event', 'field "event" is a number'],
    ['{"event":"User.Invented"}', 'unknown-event', 'field "event" is "User.Invented"'],
    ['{"event":"User.Created","hookId":"x"}', 'carries-hook-id', 'field "hookId"'],
    ['{"event":"User.Created","hook\\u0049d":null}', 'carries-hook-id', 'field "hookId"'],
    [`{"event":"User.Created","long":"${'x'.repeat(1_000)}"}`, 'too-large', 'at most 1000'],
  ])('is refused as %j: %s', (text, reason, message) => {
    expect(read(text)).toMatchObject({ ok: false, reason, message: expect.stringContaining(message) });
  });

  it.each([
    ['hunter2', "Unexpected token 'h'"],
    ['{"event":"User.Created","password":hunter2}', "Unexpected token 'h'"],
    ['{"password":"hunter2" "event":1}', 'position'],
    ['undefined', 'value is not JSON; it'],
  ])('is told what is wrong with it, and nothing of what is in it: %s', (text, fault) => {
    const refused = read(text);
    expect(refused).toMatchObject({ reason: 'not-json', message: expect.stringContaining(fault) });
    expect(JSON.stringify(refused)).not.toMatch(/hunter|password|undefined/);
  });

  it('is refused when a byte of it is not UTF-8', () => {
    const value = Buffer.from('{"event":"User.Created","name":"?"}');
    value[value.indexOf('?')] = 0xff;
    expect(read(value)).toMatchObject({ ok: false, reason: 'not-utf8' });
  });

  it('may carry a hookId deeper inside', () => {
    expect(read('{"event":"User.Created","data":{"hookId":"x"}}')).toMatchObject({ ok: true });
  });

  it('is never thrown at, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void read(Buffer.from(bytes))));
  });
});

const splice = (text: string) => spliceHookId(Buffer.from(text), 'abc123').toString();

describe('splicing the hook id', () => {
  it('puts it last', () => {
    expect(splice('{"event":"User.Created"}')).toBe('{"event":"User.Created","hookId":"abc123"}');
    expect(splice('{}')).toBe('{"hookId":"abc123"}');
    expect(splice('{ \n}\n')).toBe('{ \n"hookId":"abc123"}\n');
    expect(splice('{"a":{}\t}')).toBe('{"a":{}\t,"hookId":"abc123"}');
    expect(splice('{"a":"{"}')).toBe('{"a":"{","hookId":"abc123"}');
  });

  it('changes nothing else of any object, however it is written', () => {
    const written = fc.tuple(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
      fc.constantFrom(0, 1, 4, '\t'),
      fc.stringMatching(/^[ \t\r\n]{0,3}$/),
      fc.stringMatching(/^[ \t\r\n]{0,3}$/),
    );
    fc.assert(
      fc.property(written, ([made, indent, before, after]) => {
        const { hookId: _own, ...payload } = made;
        const value = Buffer.from(`${before}${JSON.stringify(payload, null, indent)}${after}`);
        const body = spliceHookId(value, 'w7x2k9');
        const parsed = JSON.parse(body.toString()) as Record<string, unknown>;
        expect(parsed).toEqual({ ...(JSON.parse(value.toString()) as object), hookId: 'w7x2k9' });
        expect(Object.keys(parsed).at(-1)).toBe('hookId');
        const end = value.lastIndexOf('}');
        expect(body.subarray(0, end).equals(value.subarray(0, end))).toBe(true);
        expect(body.subarray(end - value.length).equals(value.subarray(end))).toBe(true);
      }),
    );
  });
});
