import { describe, expect, it } from '@jest/globals';
import { parseAllowList } from '@signalbox/domain';
import { DnsEndpointLookup } from './endpoint-lookup.dns.ts';

const allowList = parseAllowList('10.1.0.0/16');
const rules = { allowList: allowList.ok ? allowList.value : [], ports: [{ from: 443, to: 443 }] };
const lookup = (...addresses: readonly string[]): DnsEndpointLookup =>
  new DnsEndpointLookup(rules, async () => addresses);

describe('the addresses of an endpoint', () => {
  it('may be public, opened by the operator, or not known yet', async () => {
    expect(await lookup('93.184.215.14').refusalOf('https://example.com')).toBeUndefined();
    expect(await lookup('10.1.2.3').refusalOf('https://example.com')).toBeUndefined();
    expect(await lookup().refusalOf('https://example.com')).toBeUndefined();
  });

  it('are refused when one of them is not public, without telling which', async () => {
    expect(await lookup('93.184.215.14', '10.0.0.1').refusalOf('https://example.com')).toEqual({
      rule: 'address:private',
      why: 'the host example.com resolves to an address that is not public (private)',
    });
  });

  it('are not looked for when the URL itself is refused', async () => {
    const never = new DnsEndpointLookup(rules, () => Promise.reject(new Error('was asked')));
    expect(await never.refusalOf('http://example.com')).toMatchObject({ rule: 'scheme' });
  });
});
