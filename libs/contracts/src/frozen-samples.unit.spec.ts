import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FACT_KINDS, decodeFact, encodeFact } from './attempt.codec.ts';
import { decodeDeadLetter, encodeDeadLetter } from './dead-letter.codec.ts';
import { decodeEventType, encodeEventType } from './event-type.codec.ts';
import { decodeDelivery, decodeWait, encodeDelivery } from './delivery.codec.ts';
import { OPERATION_KINDS, decodeOperation, encodeOperation } from './operation.codec.ts';
import { decodeWebhook, encodeWebhook } from './webhook-state.codec.ts';

/** A record as a released version wrote it. These files are never changed: records like them lie in customers' logs. */
interface Sample {
  readonly log: 'attempts' | 'deliveries' | 'retries' | 'dead-letters' | 'webhooks' | 'event-types' | 'operations';
  readonly key: string;
  readonly headers: Record<string, string>;
  readonly value: string;
}

const folder = join(import.meta.dirname, '..', 'samples');
const samples = readdirSync(folder).map((file) => ({
  file,
  sample: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Sample,
}));

/** Headers as Kafka hands them over. */
const received = (sample: Sample): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(sample.headers).map(([name, value]) => [name, Buffer.from(value)]));

type Reencode = (sample: Sample) => { readonly headers: object; readonly value: string } | undefined;

const reencode: Readonly<Record<Sample['log'], Reencode>> = {
  attempts: (sample) => {
    const fact = decodeFact(received(sample), Buffer.from(sample.value));
    return fact.kind === 'not-a-fact' ? undefined : encodeFact(fact);
  },
  deliveries: (sample) => {
    const delivery = decodeDelivery(received(sample));
    return delivery && { headers: encodeDelivery(delivery, decodeWait(received(sample))), value: sample.value };
  },
  retries: (sample) => reencode.deliveries(sample),
  'dead-letters': (sample) => {
    const letter = decodeDeadLetter(received(sample));
    return letter && { headers: encodeDeadLetter(letter), value: sample.value };
  },
  webhooks: (sample) => {
    const webhook = decodeWebhook(Buffer.from(sample.value));
    return webhook && { headers: {}, value: encodeWebhook(webhook) };
  },
  'event-types': (sample) => {
    const eventType = decodeEventType(Buffer.from(sample.value));
    return eventType && { headers: {}, value: encodeEventType(eventType) };
  },
  operations: (sample) => {
    const operation = decodeOperation(received(sample), Buffer.from(sample.value));
    return operation && encodeOperation(operation);
  },
};

describe('frozen samples of every record', () => {
  it.each(samples)('$file is read and written again as it was', ({ sample }) => {
    expect(reencode[sample.log](sample)).toEqual({ headers: sample.headers, value: sample.value });
  });

  it.each([
    ['attempts', FACT_KINDS],
    ['operations', OPERATION_KINDS],
  ] as const)('hold each kind of record of %s', (log, all) => {
    const kinds = samples.filter(({ sample }) => sample.log === log).map(({ sample }) => sample.headers['kind']);
    expect(new Set(kinds)).toEqual(new Set<string | undefined>(all));
  });

  it('hold each log that this version writes', () => {
    expect(new Set(samples.map(({ sample }) => sample.log)).size).toBe(7);
  });
});
