import { describe, expect, it } from '@jest/globals';
import { parseForwardProxy } from './forward-proxy.ts';

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;

describe('the URL of a forward proxy', () => {
  it.each([
    ['http://proxy.example.test:3128', { hostname: 'proxy.example.test', port: 3_128 }],
    ['http://10.0.0.1/', { hostname: '10.0.0.1', port: 80 }],
    ['http://[fd00::1]:8080', { hostname: 'fd00::1', port: 8_080 }],
    ['http://a:b@proxy:1', { hostname: 'proxy', port: 1, authorization: basic('a:b') }],
    ['http://a@proxy:1', { hostname: 'proxy', port: 1, authorization: basic('a:') }],
    ['http://%C3%A4:%3A%40@proxy:1', { hostname: 'proxy', port: 1, authorization: basic('ä::@') }],
  ])('%s', (text, value) => {
    expect(parseForwardProxy(text)).toEqual({ ok: true, value });
  });

  it.each([
    [
      'proxy.example.test:3128',
      ['does not begin with http://', 'names no host and port', 'has more after its host and port'],
    ],
    ['https://proxy:1', ['does not begin with http://']],
    ['http://', ['is no URL']],
    ['http://proxy:0', ['names no host and port']],
    ['http://proxy:99999', ['is no URL']],
    ['http://proxy:1/path', ['has more after its host and port']],
    ['http://proxy:1/?a', ['has more after its host and port']],
    ['http://a:%FF@proxy:1', ['has credentials that are no percent-encoded UTF-8']],
  ])('%s is none', (text, faults) => {
    expect(parseForwardProxy(text)).toEqual({ ok: false, faults });
  });
});
