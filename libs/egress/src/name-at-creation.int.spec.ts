import { afterEach, describe, expect, it } from '@jest/globals';
import { checkEndpointName } from './name-at-creation.ts';
import { CaresNameResolver } from './name-resolver.cares.ts';
import { EgressBench, endpointOf } from './testing/egress-bench.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

describe('the name of an endpoint that is being set', () => {
  it('is refused by the addresses it has, and accepted while it has none', async () => {
    const dns = await bench.dns();
    dns.zone.set('public.test', ['93.184.215.14']).set('inside.test', ['93.184.215.14', '10.0.0.1']);
    dns.zone.set('slow.test', 'silence');
    const resolver = new CaresNameResolver({ servers: [dns.address] });
    const check = (url: string, timeoutMs?: number) =>
      checkEndpointName(endpointOf(url), {
        resolver,
        allowList: [],
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
    expect(await check('https://public.test/')).toBeUndefined();
    expect(await check('https://not-yet.test/')).toBeUndefined();
    expect(await check('https://slow.test/', 50)).toBeUndefined();
    expect(await check('https://inside.test/')).toEqual({
      ok: false,
      rule: 'address:private',
      message: "url's host inside.test resolves to an address that is not public (private); it must be a public host",
    });
    resolver.close();
  });
});
