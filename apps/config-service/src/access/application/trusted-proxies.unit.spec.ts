import { describe, expect, it } from '@jest/globals';
import { parseTrustedProxies } from './trusted-proxies.ts';

describe('the proxies whose word is taken', () => {
  it('are addresses and ranges of both families, and none by default', () => {
    const parsed = parseTrustedProxies(' 10.0.0.0/8, 192.0.2.7,2001:db8::/32 ');
    if (!parsed.ok) throw new Error(parsed.faults.join());
    const trusted = ['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8::1', '192.0.2.8', '2001:db9::1', 'unknown'];
    expect(trusted.map((address) => parsed.value.has(address))).toEqual([true, true, true, true, false, false, false]);
    const none = parseTrustedProxies('');
    expect(none.ok && none.value.has('127.0.0.1')).toBe(false);
  });

  it.each([
    ['proxy.internal', '"proxy.internal" is no IP address and no CIDR'],
    ['10.0.0.0/33', '"10.0.0.0/33" is no IP address and no CIDR'],
    ['10.1', '"10.1" is no IP address and no CIDR'],
    ['true', '"true" is no IP address and no CIDR'],
    ['0.0.0.0/0', '"0.0.0.0/0" is every address: anybody could say where a call comes from'],
  ])('cannot be %s', (text, fault) => {
    expect(parseTrustedProxies(`127.0.0.1,${text}`)).toEqual({ ok: false, faults: [fault] });
  });
});
