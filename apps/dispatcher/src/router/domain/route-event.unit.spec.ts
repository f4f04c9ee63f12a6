import { describe, expect, it } from '@jest/globals';
import { anEvent } from '@signalbox/testing';
import { CloudEvent, Kafka, type KafkaMessage } from 'cloudevents';
import { aWebhookState } from '../../testing/dispatcher-fixtures.ts';
import type { PublishedRecord, Routing } from './route-event.ts';
import { routeEvent } from './route-event.ts';

const rules = {
  maxEventBytes: 10_000,
  isKnownEvent: () => true,
  subscribers: () => [aWebhookState({ id: '0123456789abcdefghijk', url: 'http://127.0.0.1/' })],
  randomDigits: () => '0'.repeat(48),
  sampledShare: 1,
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

  it('takes an event of CloudEvents in binary mode as the official package makes it', () => {
    const routing = route(recordOf(Kafka.binary(cloudEvent({ data: { userId: 'u1' } }))));
    expect(deliveryOf(routing)).toEqual({ ...ROUTED, body: '{"userId":"u1","hookId":"0123456789abcdefghijk"}' });
  });

  it('takes the exact text of `data` in structured mode, as the official package makes it', () => {
    const routing = route(recordOf(Kafka.structured(cloudEvent({ data: { event: 'User.Deleted', n: 1 } }))));
    expect(deliveryOf(routing)).toEqual({
      ...ROUTED,
      eventType: 'User.Deleted',
      body: '{"event":"User.Deleted","n":1,"hookId":"0123456789abcdefghijk"}',
    });
  });

  it('keeps how `data` is written, and decodes `data_base64`', () => {
    const written = '{ "n" : 1.50e1,  "s":"\\u0041" }';
    const body = '{ "n" : 1.50e1,  "s":"\\u0041" ,"hookId":"0123456789abcdefghijk"}';
    expect(deliveryOf(route(structured(`"data":${written}`)))).toEqual({ ...ROUTED, body });
    const encoded = Buffer.from(written).toString('base64');
    expect(deliveryOf(route(structured(`"data_base64":"${encoded}"`)))).toEqual({ ...ROUTED, body });
  });

  it('prefers the headers event-id and tenant-id to what the envelope says', () => {
    const { headers, ...record } = structured('"data":{}');
    const routing = route({ ...record, headers: { ...headers, 'event-id': 'own', 'tenant-id': 'acme' } });
    expect(deliveryOf(routing)).toMatchObject({ eventId: 'own', tenantId: 'acme' });
  });

  it.each([
    ['"data":{},"specversion":"0.3"', 'bad-cloud-event', '"specversion" must be "1.0"'],
    ['"data":{},"id":""', 'bad-cloud-event', 'attribute "id"'],
    ['"data":{},"source":7', 'bad-cloud-event', 'attribute "source"'],
    ['"data":{},"tenantid":null', 'bad-cloud-event', 'attribute "tenantid"'],
    ['"datum":{}', 'bad-cloud-event', 'neither "data" nor "data_base64"'],
    ['"data":{},"data_base64":"e30="', 'bad-cloud-event', 'one is allowed'],
    ['"data_base64":"{}"', 'bad-cloud-event', 'in base64'],
    ['"data":[1]', 'not-an-object', 'value is an array'],
    ['"data":{"hookId":"x"}', 'carries-hook-id', 'hookId'],
    ['"data_base64":"/w=="', 'not-utf8', 'not valid UTF-8'],
    ['"data":{', 'not-json', 'must be one JSON object'],
    ['"tenantid":"a\\u0000b","data":{}', 'bad-header', 'control character'],
  ])('puts a structured event with %s aside as %s', (members, reason, message) => {
    expect(route(structured(members))).toEqual({ kind: 'rejected', reason, message: expect.stringContaining(message) });
  });

  it('puts other formats and too large envelopes aside, and shows no more of a format than tells which it is', () => {
    const { value } = structured('"data":{}');
    const avro = { 'content-type': 'application/cloudevents+avro' };
    expect(route({ value, headers: avro })).toMatchObject({ reason: 'bad-cloud-event' });
    const endless = { 'content-type': `application/cloudevents+${'\u0001'.repeat(200_000)}` };
    expect(route({ value, headers: endless })).toEqual({
      kind: 'rejected',
      reason: 'bad-cloud-event',
      message: expect.stringMatching(/^the content-type is "application\/cloudevents\+.{1,500}$/),
    });
    expect(route(structured(`"data":{},"x":"${'x'.repeat(10_000)}"`))).toMatchObject({ reason: 'too-large' });
  });
});

const ROUTED = { eventId: '/users 1', tenantId: 'globex', eventType: 'User.Created' };

function cloudEvent(more: { data: object }): CloudEvent<object> {
  return new CloudEvent({ id: '1', source: '/users', type: 'User.Created', tenantid: 'globex', ...more });
}

/** As its headers and value arrive. */
function recordOf({ headers, value }: KafkaMessage): Partial<PublishedRecord> {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const bytes = Object.entries(headers).map(([name, header]) => [name, Buffer.from(String(header))]);
  return { headers: Object.fromEntries(bytes) as PublishedRecord['headers'], value: Buffer.from(text) };
}

/** An envelope in which `members` come last, so that they win over those before. */
function structured(members: string): Pick<PublishedRecord, 'headers' | 'value'> {
  const envelope = `{"specversion":"1.0","id":"1","source":"/users","type":"User.Created","tenantid":"globex",${members}}`;
  return {
    headers: { 'content-type': Buffer.from('application/cloudevents+json; charset=UTF-8') },
    value: Buffer.from(envelope),
  };
}

function deliveryOf(routing: Routing): object {
  if (routing.kind !== 'routed') throw new Error(`rejected: ${routing.message}`);
  const [routed] = [...routing.deliveries];
  if (routed === undefined) throw new Error('no delivery');
  const { eventId, tenantId, eventType } = routed.delivery;
  return { eventId, tenantId, eventType, body: routed.body.toString() };
}
