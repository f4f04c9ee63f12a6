import { isIPv6 } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { CaresNameResolver } from './name-resolver.cares.ts';
import type { LookupResult } from './name-resolver.port.ts';
import { EgressBench } from './testing/egress-bench.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

it('of hundreds of addresses some of each family are kept, for as long as they say', async () => {
  const dns = await bench.dns();
  const resolver = bench.closeLater(new CaresNameResolver({ servers: [dns.address] }));
  const lookup = async (): Promise<LookupResult> =>
    new Promise((resolve) => resolver.lookup('many.test', (result) => resolve(result)));
  // Node tells the TTL of the first 256 alone.
  const ipv4 = Array.from({ length: 300 }, (_, index) => `93.184.${index >> 8}.${index & 0xff}`);
  const ipv6 = Array.from({ length: 300 }, (_, index) => `2606:4700::${(index + 1).toString(16)}`);
  dns.zone.set('many.test', [...ipv4, ...ipv6]);
  const first = await lookup();
  expect(first).toEqual({ kind: 'found', addresses: [...ipv4.slice(0, 16), ...ipv6.slice(0, 16)] });
  expect(first.kind === 'found' && first.addresses.filter(isIPv6)).toHaveLength(16);
  expect(await lookup()).toEqual(first);
  expect(dns.questions.toSorted()).toEqual(['many.test A', 'many.test AAAA']);
});
