import { describe, expect, it } from '@jest/globals';
import type { EndpointUrl } from '@signalbox/domain';
import { encodeRequest } from './request-head.ts';

const endpoint: EndpointUrl = {
  ok: true,
  protocol: 'https:',
  hostname: 'hooks.test',
  port: 8443,
  isIpLiteral: false,
  origin: 'https://hooks.test:8443',
  path: '/in?a=b',
};
const encode = (...headers: string[]): string | undefined =>
  encodeRequest({ endpoint, headers, body: Buffer.from('{}'), timeoutMs: 1_000 })?.toString('latin1');

describe('the head of a request', () => {
  it('has what it was given, as it was given', () => {
    expect(encode("x!#$%&'*+-.^_`|~9", 'a\tb ~', 'x-above', '\x80ü', 'x-none', '')).toBe(
      'POST /in?a=b HTTP/1.1\r\nhost: hooks.test:8443\r\nconnection: keep-alive\r\n' +
        "x!#$%&'*+-.^_`|~9: a\tb ~\r\nx-above: \x80ü\r\nx-none: \r\ncontent-length: 2\r\n\r\n{}",
    );
  });

  it.each([
    ['a line end and a field', 'b\r\ncontent-length: 0'],
    ['a line end at its end', 'b\r\n'],
    ['the end of the head', 'b\r\n\r\n'],
    ['LF alone', 'b\nx-c: d'],
    ['CR alone', 'b\rc'],
    ['NUL', 'b\0c'],
    ['DEL', 'b\x7fc'],
    ['what is no byte', 'b\u{10a}c'],
  ])('is none with %s in a value', (_title, value) => {
    expect(encode('x-a', value)).toBeUndefined();
    expect(encode('x-before', 'fine', 'x-a', value, 'x-after', 'fine')).toBeUndefined();
  });

  it.each([
    ['no character', ''],
    ['a whole field', 'content-length: 0\r\nx-a'],
    ['a line end at its end', 'x-a\r\n'],
    ['LF', 'x\na'],
    ['NUL', 'x\0a'],
    ['a colon', 'x-a: b'],
    ['a blank', 'x a'],
    ['a byte above', 'x-ü'],
  ])('is none with %s as a name', (_title, name) => {
    expect(encode(name, 'fine')).toBeUndefined();
    expect(encode('x-before', 'fine', name, 'fine', 'x-after', 'fine')).toBeUndefined();
  });
});
