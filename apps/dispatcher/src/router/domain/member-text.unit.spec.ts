import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { memberText } from './member-text.ts';

const textOf = (json: string, name = 'data'): string | undefined => memberText(Buffer.from(json), name)?.toString();

describe('the text of a member', () => {
  it('is exactly what was written, whitespace and notation of numbers included', () => {
    expect(textOf('{"id":"1","data":{ "a" : 1.0e2,\n"b":"\\u0041\\"}" },"source":"s"}')).toBe(
      '{ "a" : 1.0e2,\n"b":"\\u0041\\"}" }',
    );
    expect(textOf(' { "data" : 12 }')).toBe('12');
    expect(textOf('{"data":"x,}"}')).toBe('"x,}"');
    expect(textOf('{"data":[{"data":1},{}] , "z":null}')).toBe('[{"data":1},{}]');
  });

  it('is that of the last one of the name, however the name is written, and never of one further inside', () => {
    expect(textOf('{"data":1,"d\\u0061ta":2}')).toBe('2');
    expect(textOf('{"x":{"data":1}}')).toBeUndefined();
    expect(textOf('{}')).toBeUndefined();
  });

  it('means what JSON.parse takes the member for, in any object', () => {
    const object = fc.dictionary(
      fc.oneof(fc.constantFrom('data', 'dat', 'data_base64'), fc.string({ unit: 'binary' })),
      fc.jsonValue({ stringUnit: 'binary' }),
    );
    fc.assert(
      fc.property(object, fc.constantFrom(0, 1, '\t'), (members, indent) => {
        const json = JSON.stringify(members, null, indent);
        for (const [name, value] of Object.entries(members)) {
          const text = textOf(json, name) ?? '';
          if (indent === 0) expect(text).toBe(JSON.stringify(value));
          else expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        }
      }),
    );
  });
});
