import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import './kafkajs-decoding.ts';
import { MAX_HEADERS, UnreadHeaders } from './record-headers.ts';

type Header = readonly [name: string, value: string];

function varInt(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value * 2; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}

const text = (value: string): Buffer[] => [varInt(Buffer.byteLength(value)), Buffer.from(value)];

/** As a record comes from a broker: its headers one after the other, in the publisher's order. */
function decoded(headers: readonly Header[]): object {
  // Attributes, no delta of time and offset, neither key nor value.
  const fields = Buffer.from([0, 0, 0, 1, 1]);
  const record = Buffer.concat([fields, varInt(headers.length), ...headers.flatMap((header) => header.flatMap(text))]);
  return decodeRecord(new Decoder(record), { firstOffset: '7', firstTimestamp: '0', magicByte: 2 }).headers;
}

/** What kafkajs itself answers. */
function reduced(headers: readonly Header[]): object {
  const byName = new Map<string, Buffer[]>();
  for (const [name, value] of headers) byName.set(name, [...(byName.get(name) ?? []), Buffer.from(value)]);
  return Object.fromEntries([...byName].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
}

const many = (count: number): Header[] => Array.from({ length: count }, (_, index) => [`h${index}`, 'x']);

describe('the headers of a record', () => {
  it('are read as kafkajs reads them, several of one name as a list', () => {
    const name = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor'), fc.string());
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string()), { maxLength: 20 }), (headers) => {
        const read = decoded(headers);
        expect(Object.entries(read)).toEqual(Object.entries(reduced(headers)));
        expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
      }),
    );
  });

  it(`are left unread above ${MAX_HEADERS}, at once, however many there are`, () => {
    expect(Object.keys(decoded(many(MAX_HEADERS)))).toHaveLength(MAX_HEADERS);
    const tooMany = many(100_000);
    const startedAtMs = performance.now();
    const headers = decoded(tooMany);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    expect(headers).toBeInstanceOf(UnreadHeaders);
    expect((headers as UnreadHeaders).fault).toBe('the record has 100000 headers; at most 256 are read');
  });
});
