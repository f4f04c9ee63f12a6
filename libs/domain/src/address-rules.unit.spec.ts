import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AllowList } from './address-rules.ts';
import { classifyAddress, isAllowed, parseAllowList, refusalOf } from './address-rules.ts';

function allow(setting: string): AllowList {
  const parsed = parseAllowList(setting);
  if (!parsed.ok) throw new Error(parsed.faults.join());
  return parsed.value;
}

describe('an address', () => {
  it.each([
    ['1.1.1.1'],
    ['8.8.8.8'],
    ['93.184.215.14'],
    ['172.15.255.255'],
    ['172.32.0.0'],
    ['100.63.255.255'],
    ['100.128.0.0'],
    ['223.255.255.255'],
    ['2606:4700:4700::1111'],
    ['2a00:1450:4001:82b::200e'],
    ['2001:4860:4860::8888'],
    ['2001:200::1'],
  ])('%s is public', (address) => {
    expect(classifyAddress(address)).toBe('public');
  });

  it.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.1.1', 'link-local'],
    ['169.254.169.254', 'cloud-metadata'],
    ['169.254.170.2', 'cloud-metadata'],
    ['100.100.100.200', 'cloud-metadata'],
    ['168.63.129.16', 'cloud-metadata'],
    ['100.64.0.1', 'cgnat'],
    ['100.127.255.255', 'cgnat'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['240.0.0.1', 'reserved'],
    ['192.0.0.1', 'reserved'],
    ['192.88.99.1', 'reserved'],
    ['192.175.48.1', 'reserved'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['198.18.0.1', 'benchmarking'],
    ['198.19.255.255', 'benchmarking'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['fd00:ec2::254', 'cloud-metadata'],
    ['fd00::1', 'private'],
    ['fec0::1', 'private'],
    ['ff02::1', 'multicast'],
    ['::ffff:127.0.0.1', 'ipv4-mapped'],
    ['::ffff:7f00:1', 'ipv4-mapped'],
    ['::ffff:8.8.8.8', 'ipv4-mapped'],
    ['::127.0.0.1', 'ipv4-compatible'],
    ['::ffff:0:127.0.0.1', 'ipv4-translated'],
    ['64:ff9b::7f00:1', 'nat64'],
    ['64:ff9b:1::a00:1', 'nat64'],
    ['2002:7f00:1::', '6to4'],
    ['2001::1', 'teredo'],
    ['2001:0:53aa:64c:0:fbfe:80ff:fffe', 'teredo'],
    ['2001:db8::1', 'documentation'],
    ['3fff:fff::1', 'documentation'],
    ['2001:2::1', 'benchmarking'],
    ['2001:10::1', 'reserved'],
    ['2001:1ff::1', 'reserved'],
    ['2620:4f:8000::1', 'reserved'],
    ['100::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['4000::1', 'not-global-unicast'],
    ['1fff::1', 'not-global-unicast'],
    ['localhost', 'unreadable'],
    ['', 'unreadable'],
    ['0177.0.0.1', 'unreadable'],
    ['2130706433', 'unreadable'],
    ['0x7f.1', 'unreadable'],
    ['127.1', 'unreadable'],
    ['1.1.1.1%eth0', 'unreadable'],
    ['2606:4700::1%eth0', 'unreadable'],
    [' 1.1.1.1', 'unreadable'],
  ])('%s is refused as %s', (address, rule) => {
    expect(classifyAddress(address)).toBe(rule);
  });

  it('is judged alike as text and as bytes', () => {
    expect(classifyAddress(Uint8Array.of(127, 0, 0, 1))).toBe('loopback');
    expect(classifyAddress(Uint8Array.of(8, 8, 8))).toBe('unreadable');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        expect(classifyAddress(bytes)).toBe(classifyAddress(bytes.join('.')));
      }),
    );
  });

  it('outside 2000::/3 is never public', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        if (bytes[0]! >> 5 !== 1) expect(classifyAddress(bytes)).not.toBe('public');
      }),
    );
  });
});

describe('the allow list', () => {
  it('opens exactly what it names', () => {
    const list = allow('127.0.0.0/8+http, 10.1.0.0/16 ,fd00:1::/32');
    expect(isAllowed('127.9.9.9', list, { http: true })).toBe(true);
    expect(isAllowed('127.9.9.9', list, { http: false })).toBe(true);
    expect(isAllowed('10.1.2.3', list, { http: false })).toBe(true);
    expect(isAllowed('10.1.2.3', list, { http: true })).toBe(false);
    expect(isAllowed('10.2.0.1', list, { http: false })).toBe(false);
    expect(isAllowed('fd00:1::5', list, { http: false })).toBe(true);
    expect(isAllowed('::1', list, { http: false })).toBe(false);
  });

  it('does not open other notations of what it names', () => {
    const list = allow('127.0.0.0/8+http');
    for (const address of ['::ffff:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '127.1']) {
      expect(isAllowed(address, list, { http: false })).toBe(false);
    }
  });

  it('opens nothing when empty', () => {
    expect(allow(' ')).toEqual([]);
    expect(isAllowed('127.0.0.1', [], { http: false })).toBe(false);
  });

  it('names every entry that is wrong', () => {
    const parsed = parseAllowList('127.0.0.1,10.0.0.0/8,010.0.0.0/8,localhost/8,::1/129,10.0.0.0/8+https');
    const quoted = parsed.ok ? [] : parsed.faults.map((fault) => fault.split(' ')[0]);
    expect(quoted).toEqual(['"127.0.0.1"', '"010.0.0.0/8"', '"localhost/8"', '"::1/129"', '"10.0.0.0/8+https"']);
  });

  it('decides with the rules who may be sent to', () => {
    const list = allow('127.0.0.0/8+http,10.0.0.0/8');
    expect(refusalOf('8.8.8.8', list, { http: false })).toBeUndefined();
    expect(refusalOf('8.8.8.8', list, { http: true })).toBe('http');
    expect(refusalOf('127.0.0.1', list, { http: true })).toBeUndefined();
    expect(refusalOf('10.0.0.1', list, { http: true })).toBe('private');
    expect(refusalOf('192.168.0.1', list, { http: false })).toBe('private');
  });
});
