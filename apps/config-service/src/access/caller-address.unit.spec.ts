import { describe, expect, it } from '@jest/globals';
import { callerAddressOf } from './caller-address.ts';

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
    expect(callerAddressOf(peer)).toBe(address);
  });
});
