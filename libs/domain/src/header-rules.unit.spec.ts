import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { checkHeaders } from './header-rules.ts';

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v']));

describe('custom headers', () => {
  it('are sent as they are when they keep the rules', () => {
    expect(checkHeaders({})).toEqual([]);
    expect(checkHeaders({ Authorization: 'Bearer a b', 'X-Empty': '', 'user-agent': 'mine/1.0', x_y: '~' })).toEqual(
      [],
    );
  });

  it.each([
    'content-type',
    'Logto-Signature-Sha-256',
    'webhook-id',
    'Webhook-Anything',
    'HOST',
    'content-length',
    'transfer-encoding',
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'upgrade',
    'proxy-authorization',
    'expect',
    'traceparent',
  ])('cannot replace %s', (name) => {
    expect(checkHeaders({ [name]: 'x' })).toEqual([expect.objectContaining({ name })]);
  });

  it.each(['', 'two words', 'näme', 'a:b', 'a\n', 'a(b)'])('have tokens as names, not %j', (name) => {
    expect(checkHeaders({ [name]: 'x' })).toEqual([
      { name, why: 'the name is no HTTP token', right: expect.stringContaining('letters') },
    ]);
  });

  it.each(['a\r\nx: y', 'ü', ' a', 'a ', '\t', 'a\tb', '\x7f', ' '])('have visible values, not %j', (value) => {
    expect(checkHeaders({ x: value })).toEqual([
      expect.objectContaining({ name: 'x', why: expect.stringContaining('ASCII') }),
    ]);
  });

  it('have strings as values', () => {
    expect(checkHeaders({ x: 1 })).toEqual([{ name: 'x', why: 'the value is not a string', right: 'a string' }]);
  });

  it('have each name once, whatever its case', () => {
    expect(checkHeaders({ 'X-Key': '1', 'x-key': '2' })).toEqual([
      expect.objectContaining({ name: 'x-key', why: expect.stringContaining('X-Key') }),
    ]);
  });

  it('are 50 at most, of 8 KiB together', () => {
    expect(checkHeaders(many(50))).toEqual([]);
    expect(checkHeaders(many(51))).toEqual([{ name: '', why: 'there are 51 headers', right: 'at most 50' }]);
    expect(checkHeaders({ x: 'v'.repeat(8_191) })).toEqual([]);
    expect(checkHeaders({ x: 'v'.repeat(8_192) })).toHaveLength(1);
  });

  it('never let a line break through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        if (/[\r\n\0]/.test(name + value)) expect(checkHeaders({ [name]: value })).not.toEqual([]);
      }),
    );
  });
});
