import { describe, expect, it } from '@jest/globals';
import { MemoryLog } from '@signalbox/kafka';
import * as fc from 'fast-check';
import { DEAD_LETTER_REASONS, deadLetterRecord, decodeDeadLetter } from './dead-letter.codec.ts';

const AT = { topic: 'auth-events', partition: 0, offset: 42 } as const;
const WHY = { reason: 'bad-header', message: 'is wrong', by: 'router', atMs: 7 } as const;

/** A text told by its length, so that a counterexample can be read; some are longer as UTF-8 or as JSON than as a text. */
interface Long {
  readonly of: string;
  readonly length: number;
}
const long = (maxLength: number): fc.Arbitrary<Long> =>
  fc.record({ of: fc.constantFrom('x', '\u0001', '"', 'é', '\ufffd', '\ud800'), length: fc.nat({ max: maxLength }) });
const textOf = ({ of, length }: Long): string => of.repeat(length);
const bytesOf = (length: number): Buffer => Buffer.alloc(length, 'x');

/** As large as a record of upstream may be. */
const bytes = fc.nat({ max: 1_100_000 });
/** A header is of any size, or has many small values. */
const header = fc.record({ name: long(200_000), value: bytes, times: fc.constantFrom(1, 1, 256) });
const record = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(header, { maxLength: 4 }),
  fault: fc.constantFrom(undefined, { message: 'cannot be read' }),
});
const why = fc.record({ reason: fc.constantFrom(...DEAD_LETTER_REASONS), message: long(600_000) });

describe('the record of a dead letter', () => {
  it('can be appended whatever the record and the reason are, as its partition would stand still otherwise', () => {
    const producer = new MemoryLog().producer({ maxWaitingBytes: Infinity });
    fc.assert(
      fc.property(record, why, ({ key, value, headers, fault }, { reason, message }) => {
        const bad = {
          key: key === null ? null : bytesOf(key),
          value: value === null ? null : bytesOf(value),
          headers: Object.fromEntries(
            headers.map((one) => [
              textOf(one.name),
              one.times === 1 ? bytesOf(one.value) : Array.from({ length: one.times }, () => bytesOf(one.value % 10)),
            ]),
          ),
          fault,
        };
        const letter = deadLetterRecord({ ...bad, ...AT }, { ...WHY, reason, message: textOf(message) });
        producer.append({ topic: 'dead-letters', ...letter });
        expect(decodeDeadLetter(letter.headers)).toMatchObject({ ...AT, reason, by: 'router', atMs: 7 });
      }),
      { numRuns: 150 },
    );
  });

  it('keeps the record as it came where it fits', () => {
    const bad = { key: Buffer.from('k'), value: Buffer.alloc(880 * 1_024), headers: { a: ['1', Buffer.from('2')] } };
    const { headers: kept, ...rest } = deadLetterRecord({ ...bad, ...AT }, WHY);
    expect(rest).toEqual({ key: bad.key, value: bad.value });
    expect(kept).toEqual({ ...bad.headers, 'dead-letter': JSON.stringify({ ...WHY, ...AT }) });
  });

  it('keeps the beginning of a value where it does not, and says how much of how much', () => {
    const bad = { key: Buffer.from('k'), value: Buffer.alloc(950 * 1_024), headers: { a: '1' } };
    const letter = deadLetterRecord({ ...bad, ...AT }, WHY);
    expect([letter.key, letter.value?.length]).toEqual([null, 450 * 1_024]);
    expect(decodeDeadLetter(letter.headers)).toMatchObject({
      isCut: true,
      message: expect.stringMatching(
        /^is wrong \(cut: 97\d{4} bytes with key and headers, kept 460800 of the value\)$/,
      ),
    });
  });
});
