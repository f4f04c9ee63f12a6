import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseAllowList } from './address-rules.ts';
import { checkEndpointUrl, isLocalhost, parsePorts } from './url-rules.ts';

function settings(allowed = '', ports = '443,8443') {
  const allowList = parseAllowList(allowed);
  const ranges = parsePorts(ports);
  if (!allowList.ok || !ranges.ok) throw new Error('bad settings');
  return { allowList: allowList.value, ports: ranges.value };
}

const closed = settings();
const local = settings('127.0.0.0/8+http,::1/128+http', '80-65535');

describe('the URL of a webhook', () => {
  it('is taken apart once', () => {
    expect(checkEndpointUrl('https://Hooks.Bücher.example:8443/ä/b?c=1&d#e', closed)).toEqual({
      ok: true,
      protocol: 'https:',
      hostname: 'hooks.xn--bcher-kva.example',
      port: 8443,
      isIpLiteral: false,
      origin: 'https://hooks.xn--bcher-kva.example:8443',
      path: '/%C3%A4/b?c=1&d',
    });
    expect(checkEndpointUrl('https://[2606:4700:4700::1111]', closed)).toMatchObject({
      hostname: '2606:4700:4700::1111',
      port: 443,
      isIpLiteral: true,
      path: '/',
    });
  });

  it.each([
    ['ftp://example.com/', 'scheme'],
    ['http://example.com/', 'scheme'],
    ['http://93.184.215.14/', 'scheme'],
    ['http://10.0.0.1/', 'scheme'],
    ['http://localhost/', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['example.com/hooks', 'not-a-url'],
    ['https://', 'not-a-url'],
    ['https://a b/', 'not-a-url'],
    ['https://1.2.3.4.5/', 'not-a-url'],
    ['https://256.1.1.1/', 'not-a-url'],
    ['https://[fe80::1%25eth0]/', 'not-a-url'],
    ['https://exam\nple.com/', 'control-character'],
    ['https://user@example.com/', 'user-info'],
    ['https://user:secret@example.com/', 'user-info'],
    ['https://:secret@example.com/', 'user-info'],
    ['https://example.com:80/', 'port'],
    ['https://example.com:8080/', 'port'],
    ['https://example.com:0/', 'port'],
    [`https://example.com/${'x'.repeat(2_048)}`, 'too-long'],
    ['https://localhost/', 'address:loopback'],
    ['https://LOCALHOST./', 'address:loopback'],
    ['https://a.b.localhost/', 'address:loopback'],
    ['https://0/', 'address:unspecified'],
    ['https://169.254.169.254/latest/meta-data', 'address:cloud-metadata'],
    ['https://[::ffff:127.0.0.1]/', 'address:ipv4-mapped'],
    ['https://[::ffff:8.8.8.8]/', 'address:ipv4-mapped'],
    ['https://[::10.0.0.1]/', 'address:ipv4-compatible'],
    ['https://[64:ff9b::a00:1]/', 'address:nat64'],
    ['https://[2002:a00:1::]/', 'address:6to4'],
    ['https://[2001::1]/', 'address:teredo'],
    ['https://[fe80::1]/', 'address:link-local'],
    ['https://[fc00::1]/', 'address:private'],
  ])('is refused as %j: %s', (url, rule) => {
    const checked = checkEndpointUrl(url, closed);
    expect(checked).toMatchObject({ ok: false, rule, message: expect.stringMatching(/^url/) });
  });

  it.each([
    'https://2130706433/',
    'https://017700000001/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://127.1/',
    'https://127.0.1/',
    'https://127.0.0.1./',
    'https://127。0。0。1/',
    'https://①②⑦.0.0.1/',
    'https://%31%32%37.0.0.1/',
    String.raw`https:\\127.0.0.1`,
  ])('is judged by the address it means: %s', (url) => {
    expect(checkEndpointUrl(url, closed)).toMatchObject({ ok: false, rule: 'address:loopback' });
    expect(checkEndpointUrl(url, local)).toMatchObject({ ok: true, hostname: '127.0.0.1', isIpLiteral: true });
  });

  it('may be http only to an address that the allow list opens for it', () => {
    for (const url of ['http://127.0.0.1:9000/', 'http://[::1]:9000/', 'http://localhost:9000/', 'http://127.1/']) {
      expect(checkEndpointUrl(url, local)).toMatchObject({ ok: true, protocol: 'http:' });
    }
    for (const url of ['http://example.com/', 'http://10.0.0.1/', 'http://[::ffff:127.0.0.1]/']) {
      expect(checkEndpointUrl(url, local)).toMatchObject({ ok: false, rule: 'scheme' });
    }
    expect(checkEndpointUrl('http://127.0.0.1/', settings('127.0.0.0/8', '80-65535'))).toMatchObject({
      rule: 'scheme',
    });
    expect(checkEndpointUrl('http://localhost/', settings('127.0.0.0/8+http', '80-65535'))).toMatchObject({ ok: true });
  });

  it('is refused for every notation of every private IPv4 address', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const inside = fc.oneof(
      fc.tuple(fc.constantFrom(0, 10, 127), byte, byte, byte),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
      fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
      fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
      fc.tuple(fc.integer({ min: 224, max: 255 }), byte, byte, byte),
    );
    const radix = fc.constantFrom<(part: number) => string>(
      (part) => `${part}`,
      (part) => `0${part.toString(8)}`,
      (part) => `0x${part.toString(16)}`,
    );
    fc.assert(
      fc.property(inside, radix, fc.integer({ min: 1, max: 4 }), ([a, b, c, d], write, parts) => {
        const whole = ((a * 256 + b) * 256 + c) * 256 + d;
        const lead = [a, b, c].slice(0, parts - 1);
        const host = [...lead, whole % 256 ** (5 - parts)].map(write).join('.');
        expect(checkEndpointUrl(`https://${host}/`, closed)).toMatchObject({
          rule: expect.stringMatching(/^address:/),
        });
        const hex = whole.toString(16).padStart(8, '0');
        const groups = `${hex.slice(0, 4)}:${hex.slice(4)}`;
        for (const embedded of [`[::ffff:${groups}]`, `[::${groups}]`, `[64:ff9b::${groups}]`, `[2002:${groups}::]`]) {
          expect(checkEndpointUrl(`https://${embedded}/`, closed)).toMatchObject({ ok: false });
        }
      }),
    );
  });

  it('is never thrown at, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl()), (url) => void checkEndpointUrl(url, closed)),
    );
  });
});

describe('the ports setting', () => {
  it('is a list of ports and ranges', () => {
    expect(parsePorts('443, 8000-8999')).toEqual({
      ok: true,
      value: [
        { from: 443, to: 443 },
        { from: 8000, to: 8999 },
      ],
    });
  });

  it('names every entry that is wrong', () => {
    const parsed = parsePorts('443,22,9-1,90-85,65536,http,,80-');
    const quoted = parsed.ok ? [] : parsed.faults.map((fault) => fault.split(' ')[0]);
    expect(quoted).toEqual(['"22"', '"9-1"', '"90-85"', '"65536"', '"http"', '""', '"80-"']);
  });
});

describe('localhost', () => {
  it('is a name of its own and the end of others', () => {
    expect(['localhost', 'localhost.', 'a.localhost'].every(isLocalhost)).toBe(true);
    expect(['localhost.com', 'notlocalhost', 'localhost.localdomain'].some(isLocalhost)).toBe(false);
  });
});
