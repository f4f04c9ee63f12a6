import { describe, expect, it } from '@jest/globals';
import { callerAddressOf } from './caller-address.ts';
import { parseTrustedProxies } from './trusted-proxies.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

function proxies(text: string): TrustedProxies {
  const parsed = parseTrustedProxies(text);
  if (!parsed.ok) throw new Error(parsed.faults.join());
  return parsed.value;
}

describe('the address calls are counted by', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['1.2.3.4:5678', '1.2.3.4'],
    ['ipv4:1.2.3.4:5678', '1.2.3.4'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['[2001:db8:1:2::9]:5678', '2001:db8:1:2'],
    ['ipv6:[2001:db8:1:2::9]:5678', '2001:db8:1:2'],
    ['unix:/tmp/socket', 'unix:/tmp/socket'],
  ])('of %s is %s', (peer, address) => {
    expect(callerAddressOf({ peer }, proxies(''))).toBe(address);
  });

  it.each([
    ['nobody is trusted', '', '10.0.0.1', '1.1.1.1', '10.0.0.1'],
    ['a proxy says it', '10.0.0.0/8', '10.0.0.1', '1.1.1.1', '1.1.1.1'],
    ['two proxies say it', '10.0.0.0/8', 'ipv4:10.0.0.1:80', '1.1.1.1, 10.0.0.2', '1.1.1.1'],
    ['the caller wrote something too', '10.0.0.0/8', '10.0.0.1', '10.0.0.7, 9.9.9.9, 1.1.1.1', '1.1.1.1'],
    ['the caller is no proxy', '10.0.0.0/8', '1.1.1.1', '9.9.9.9', '1.1.1.1'],
    ['the proxy says nothing', '10.0.0.0/8', '10.0.0.1', undefined, '10.0.0.1'],
    ['the proxy says no address', '10.0.0.0/8', '10.0.0.1', '1.1.1.1, unknown', '10.0.0.1'],
    ['all are proxies', '10.0.0.0/8', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['it is of IPv6', '::1', '[::1]:80', '2001:db8:1:2::9', '2001:db8:1:2'],
  ])('where %s is told by who is trusted alone', (_, trusted, peer, forwardedFor, address) => {
    expect(callerAddressOf({ peer, forwardedFor }, proxies(trusted))).toBe(address);
  });
});
