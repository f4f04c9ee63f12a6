import { networkInterfaces } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EndpointUrl } from '@signalbox/domain';
import type { PostOutcome } from './http-transport.port.ts';
import { EgressBench, endpointOf, eventually, post } from './testing/egress-bench.ts';
import { MemoryPeak } from './testing/memory.ts';
import { answerText, onRequest } from './testing/raw-server.ts';

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

const bench = new EgressBench();
afterEach(() => bench.close());

/** Plain http to a name, which no webhook can have; here it stands for any endpoint that TLS would get in the way of. */
function named(hostname: string, port: number, protocol: EndpointUrl['protocol'] = 'http:'): EndpointUrl {
  const origin = `${protocol}//${hostname}:${port}`;
  return { ok: true, protocol, hostname, port, isIpLiteral: false, origin, path: '/' };
}

const answering = () => bench.raw((socket) => onRequest(socket, () => socket.write(answerText('ok'))));

async function withNames(
  options: { readonly allow?: string; readonly maxTtlMs?: number; readonly queryTimeoutMs?: number } = {},
) {
  const dns = await bench.dns();
  const { allow, ...names } = options;
  const transport = bench.transport({
    ...(allow === undefined ? {} : { allow }),
    names: { servers: [dns.address], queryTimeoutMs: 400, ...names },
  });
  return { dns, transport };
}

describe('the guard at connect time', () => {
  it('connects to the address that the name resolves to, by the name', async () => {
    const { dns, transport } = await withNames();
    dns.zone.set('hooks.test', ['127.0.0.1']);
    const heads: string[] = [];
    const server = await bench.raw((socket) =>
      onRequest(socket, (head) => {
        heads.push(head);
        socket.write(answerText('ok'));
      }),
    );
    const outcome = await post(transport, named('hooks.test', server.port));
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    expect(outcome.timings.dnsMs).toBeGreaterThan(0);
    expect(heads[0]).toContain(`host: hooks.test:${server.port}`);
  });

  it.each([
    ['a private address', ['10.0.0.1'], 'private'],
    ['an address of this machine', ['127.0.0.2'], 'loopback'],
    ['the metadata of a cloud', ['169.254.169.254'], 'cloud-metadata'],
    ['a private address beside a public one', ['93.184.215.14', '192.168.0.1'], 'private'],
    ['a private address of the other family', ['93.184.215.14', 'fd00::1'], 'private'],
    ['another notation of loopback', ['::ffff:7f00:1'], 'ipv4-mapped'],
    ['a translated address', ['64:ff9b::a00:1'], 'nat64'],
  ])('refuses a name that resolves to %s', async (_title, addresses, rule) => {
    const { dns, transport } = await withNames({ allow: '127.0.0.1/32+http' });
    dns.zone.set('inside.test', addresses);
    const server = await answering();
    expect(await post(transport, named('inside.test', server.port, 'https:'))).toMatchObject({
      kind: 'failed',
      errorClass: 'refused-address',
      message: `the host is not a public one (${rule})`,
      isOwnFault: false,
    });
    expect(server.connections).toHaveLength(0);
  });

  it('refuses a name as soon as it resolves elsewhere than before', async () => {
    const { dns, transport } = await withNames({ allow: '127.0.0.1/32+http', maxTtlMs: 1 });
    dns.zone.set('rebinds.test', ['127.0.0.1']);
    const server = await bench.raw((socket) =>
      onRequest(socket, () => socket.end(answerText('ok', 'connection: close\r\n'))),
    );
    expect(await post(transport, named('rebinds.test', server.port))).toMatchObject({ kind: 'answered' });
    dns.zone.set('rebinds.test', ['127.0.0.2']);
    await eventually('it is refused', async () => {
      const outcome = await post(transport, named('rebinds.test', server.port));
      return outcome.kind === 'failed' && outcome.errorClass === 'refused-address';
    });
  });

  it('refuses literal addresses that are not open any more, and http to what is not opened for it', async () => {
    const server = await answering();
    const endpoint = endpointOf(`http://127.0.0.1:${server.port}/`);
    expect(await post(bench.transport({ allow: '' }), endpoint)).toMatchObject({ errorClass: 'refused-address' });
    expect(await post(bench.transport({ allow: '127.0.0.0/8' }), endpoint)).toMatchObject({
      errorClass: 'refused-address',
    });
    const localhost = endpointOf(`http://localhost:${server.port}/`);
    expect(await post(bench.transport({ allow: '' }), localhost)).toMatchObject({ errorClass: 'refused-address' });
    const { dns, transport } = await withNames();
    dns.zone.set('public.test', ['93.184.215.14']);
    expect(await post(transport, named('public.test', server.port))).toMatchObject({
      errorClass: 'refused-address',
      message: 'http is not allowed to this host',
    });
    expect(server.connections).toHaveLength(0);
  });

  it('takes localhost for this machine, whatever name servers say', async () => {
    const { dns, transport } = await withNames();
    dns.zone.set('app.localhost', ['10.0.0.1']);
    const server = await answering();
    expect(await post(transport, `http://app.localhost:${server.port}/`)).toMatchObject({ kind: 'answered' });
    expect(dns.questions).toEqual([]);
  });

  (hasIPv6 ? it : it.skip)('goes to IPv6 addresses as to others', async () => {
    const server = await bench.raw((socket) => onRequest(socket, () => socket.write(answerText('ok'))), '::1');
    const transport = bench.transport({ allow: '127.0.0.0/8+http,::1/128+http' });
    for (const host of ['[::1]', 'localhost']) {
      const endpoint = endpointOf(`http://${host}:${server.port}/`, '127.0.0.0/8+http,::1/128+http');
      expect(await post(transport, endpoint)).toMatchObject({ kind: 'answered' });
    }
  });

  it('tries the next address when one does not accept', async () => {
    const { dns, transport } = await withNames();
    dns.zone.set('two.test', ['127.0.0.2', '127.0.0.3', '127.0.0.1']);
    const server = await answering();
    expect(await post(transport, named('two.test', server.port))).toMatchObject({ kind: 'answered' });
    await server.close();
    expect(await post(transport, named('two.test', server.port))).toMatchObject({ kind: 'failed' });
    expect(await post(transport, named('two.test', server.port))).toMatchObject({
      errorClass: 'connect',
      message: 'the connection was refused (ECONNREFUSED)',
    });
  });
});

describe('names', () => {
  it('that do not exist or have no address are charged to the endpoint', async () => {
    const { dns, transport } = await withNames();
    dns.zone.set('empty.test', []);
    expect(await post(transport, named('missing.test', 9_999))).toMatchObject({
      errorClass: 'dns',
      message: 'the name does not exist (ENOTFOUND)',
      isOwnFault: false,
    });
    expect(await post(transport, named('empty.test', 9_999))).toMatchObject({
      errorClass: 'dns',
      message: 'the name has no address (ENODATA)',
      isOwnFault: false,
    });
    expect(await post(transport, named(`${'x'.repeat(64)}.test`, 9_999))).toMatchObject({
      errorClass: 'dns',
      isOwnFault: false,
    });
  });

  it('whose own servers fail are charged to the endpoint while ours work', async () => {
    const { dns, transport } = await withNames();
    dns.zone.set('broken.test', 'server-failure');
    dns.zone.set('dead.test', 'silence');
    const [broken, dead] = await Promise.all(
      ['broken.test', 'dead.test'].map((name) => post(transport, named(name, 9_999))),
    );
    for (const outcome of [broken, dead]) expect(outcome).toMatchObject({ errorClass: 'dns', isOwnFault: false });
    const brief = await post(transport, named('dead.test', 9_999), { timeoutMs: 1 });
    expect(brief).toMatchObject({ kind: 'failed', isOwnFault: false });
  });

  it('cannot be looked up by our fault when no name server of ours works', async () => {
    const gone = await bench.dns();
    gone.close();
    const { dns, transport } = await withNames();
    dns.zone.set('.', 'silence').set('any.test', 'silence');
    const failing = bench.transport({ names: { servers: [gone.address], queryTimeoutMs: 200 } });
    const outcomes = await Promise.all([
      post(failing, named('any.test', 9_999)),
      post(transport, named('any.test', 9_999)),
      post(transport, named('any.test', 9_999), { timeoutMs: 500 }),
    ]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ errorClass: 'dns', isOwnFault: true });
  });

  it('that are slow to resolve hold nobody else', async () => {
    const dns = await bench.dns();
    // Asked for once each: a thousand questions repeated at a time would be too many for the server's socket.
    const transport = bench.transport({ names: { servers: [dns.address], queryTimeoutMs: 5_000 } });
    dns.zone.set('quick.test', ['127.0.0.1']);
    const peak = new MemoryPeak();
    const progress = { isOver: false };
    const slow: Promise<PostOutcome>[] = [];
    for (let index = 0; index < 1_000; index++) {
      dns.zone.set(`slow-${index}.test`, 'silence');
      slow.push(post(transport, named(`slow-${index}.test`, 9_999), { timeoutMs: 4_000 }));
      if (index % 10 === 0) await setImmediate();
    }
    const server = await answering();
    const quick = await post(transport, named('quick.test', server.port));
    expect(quick).toMatchObject({ kind: 'answered' });
    expect(quick.timings.totalMs).toBeLessThan(1_000);
    peak.look();
    const outcomes = Promise.all(slow).finally(() => (progress.isOver = true));
    while (!progress.isOver) {
      const other = await post(transport, named('quick.test', server.port));
      expect(other).toMatchObject({ kind: 'answered' });
      expect(other.timings.totalMs).toBeLessThan(2_000);
      await setImmediate();
    }
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ kind: 'failed', isOwnFault: false });
    slow.length = 0;
    expect(peak.growth).toBeLessThan(48 * 1_024 * 1_024);
    // What is left are a thousand names and what became of them.
    expect(peak.retainedNow()).toBeLessThan(12 * 1_024 * 1_024);
  });

  it('are asked for once, however many attempts wait', async () => {
    const { dns, transport } = await withNames();
    dns.zone.set('busy.test', ['127.0.0.1']);
    const server = await answering();
    const all = await Promise.all(Array.from({ length: 50 }, () => post(transport, named('busy.test', server.port))));
    expect(all.every(({ kind }) => kind === 'answered')).toBe(true);
    expect(dns.questions.toSorted()).toEqual(['busy.test A', 'busy.test AAAA']);
  });

  it('are asked for again once the time that their server gave them has passed, and not before', async () => {
    const { dns, transport } = await withNames({ queryTimeoutMs: 4_000 });
    const server = await bench.raw((socket) =>
      onRequest(socket, () => socket.end(answerText('ok', 'connection: close\r\n'))),
    );
    const ask = async (name: string): Promise<number> => {
      expect(await post(transport, named(name, server.port))).toMatchObject({ kind: 'answered' });
      return dns.questions.filter((question) => question === `${name} A`).length;
    };
    let askedAtMs = 0;
    for (const [name, ttlSeconds] of [
      ['minute.test', 60],
      ['second.test', 1],
    ] as const) {
      dns.zone.set(name, ['127.0.0.1']);
      dns.ttlSeconds = ttlSeconds;
      askedAtMs = performance.now();
      expect(await ask(name)).toBe(1);
    }
    await eventually('the second is over', async () => (await ask('second.test')) === 2);
    expect(performance.now() - askedAtMs).toBeGreaterThanOrEqual(1_000);
    expect(await ask('minute.test')).toBe(1);
  });

  it('do not wait long for the address family that is silent', async () => {
    const { dns, transport } = await withNames();
    dns.zone.set('half.test', ['127.0.0.1']);
    dns.zoneV6.set('half.test', 'silence');
    const server = await answering();
    const outcome = await post(transport, named('half.test', server.port));
    expect(outcome).toMatchObject({ kind: 'answered' });
    expect(outcome.timings.dnsMs).toBeLessThan(390);
  });
});
