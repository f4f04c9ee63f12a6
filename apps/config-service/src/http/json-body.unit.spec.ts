import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { SignalboxError } from '../errors/signalbox-error.ts';
import { MAX_JSON_DEPTH, parseJsonBody } from './json-body.ts';

const parse = (text: string | Uint8Array): unknown => parseJsonBody(Buffer.from(text));

function refusalOf(text: string | Uint8Array): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof SignalboxError && error.code === 'guard.invalid_input') return error.message;
    throw error;
  }
  return 'was taken';
}

describe('a JSON body', () => {
  it('is read as JSON.parse reads it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(!text.includes('__proto__'));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['{"a":1,"a":2}', 'a: is given twice'],
    ['{"a":1,"b":[{"c":{"d":1,"x":"\\",{","d":2}}]}', 'b[].c.d: is given twice'],
    [String.raw`{"config":{"url":"x","u\u0072l":"y"}}`, 'config.url: is given twice'],
    ['[[{"a":1},{"a":1,"a":1}]]', '[][].a: is given twice'],
    ['{"__proto__":{}}', '__proto__: is a name that cannot be used'],
    ['{"a":{"constructor":1},"constructor":2}', 'was taken'],
    ['{"a":', 'body: is not valid JSON'],
    ['', 'body: is not valid JSON'],
    ['{"a":1}x', 'body: is not valid JSON'],
    ["{'a':1}", 'body: is not valid JSON'],
    ['NaN', 'body: is not valid JSON'],
  ])('%s: %s', (text, why) => {
    expect(refusalOf(text)).toContain(why);
  });

  it('is refused when it is no UTF-8, and taken with a byte order mark', () => {
    expect(refusalOf(Uint8Array.of(0x22, 0xff, 0x22))).toContain('body: is not valid UTF-8');
    expect(refusalOf(Buffer.from('{"a":1}', 'utf16le'))).toContain('body: is not valid');
    expect(parse('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it('may be as deep as the limit and no deeper, by lists and by objects, without an overflow', () => {
    const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(refusalOf(lists(MAX_JSON_DEPTH))).toBe('was taken');
    expect(refusalOf(lists(MAX_JSON_DEPTH + 1))).toContain('is nested more than');
    expect(refusalOf(lists(120_000))).toContain('is nested more than');
    expect(refusalOf(`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`)).toContain('is nested more than');
  });

  it('takes time in proportion to its size', () => {
    const long = JSON.stringify({ a: '\\"{[,'.repeat(40_000), b: Array.from({ length: 20_000 }, () => ',') });
    const startedAt = performance.now();
    parse(long);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
