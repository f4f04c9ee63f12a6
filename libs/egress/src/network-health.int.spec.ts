import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EndpointUrl } from '@signalbox/domain';
import { NetworkHealth } from './network-health.ts';
import { DeafServer } from './testing/deaf-server.ts';
import { EgressBench, endpointOf, post } from './testing/egress-bench.ts';
import { answerText, onRequest } from './testing/raw-server.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

/** Of this machine, but by way of an interface that could as well be of another. */
const outerAddress = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** No TCP connection goes to a broadcast address: the machine says that it knows no way there. */
const NO_ROUTE = '127.255.255.255';

function named(hostname: string, port: number): EndpointUrl {
  return {
    ok: true,
    protocol: 'http:',
    hostname,
    port,
    isIpLiteral: false,
    origin: `http://${hostname}:${port}`,
    path: '/',
  };
}

async function closedPort(): Promise<number> {
  const server = await bench.raw(() => undefined);
  await server.close();
  return server.port;
}

/** Three endpoints at one address that were connected to a while ago, and a network that nothing was heard of since. */
async function threeAt(address: string, port: number, allow?: string) {
  const dns = await bench.dns();
  const network = new NetworkHealth();
  const endpoints = ['a.test', 'b.test', 'c.test'].map((name) => {
    dns.zone.set(name, [address]);
    const endpoint = named(name, port);
    network.noteConnected(endpoint.origin, performance.now() - 60_000);
    return endpoint;
  });
  const transport = bench.transport({
    names: { servers: [dns.address] },
    network,
    ...(allow === undefined ? {} : { allow }),
  });
  const postAll = async (timeoutMs?: number) =>
    Promise.all(endpoints.map((endpoint) => post(transport, endpoint, timeoutMs === undefined ? {} : { timeoutMs })));
  return { dns, transport, postAll };
}

const reachAnother = async (transport: Parameters<typeof post>[0]) => {
  const server = await bench.raw((socket) => onRequest(socket, () => socket.write(answerText('ok'))));
  expect(await post(transport, `http://127.0.0.1:${server.port}/`)).toMatchObject({ kind: 'answered' });
};

describe('an endpoint that is not connected to', () => {
  it('is not charged where this machine knows no way there, until it reaches another one', async () => {
    const transport = bench.transport();
    const endpoint = endpointOf(`http://${NO_ROUTE}:8443/`);
    expect(await post(transport, endpoint)).toMatchObject({
      errorClass: 'connect',
      message: 'the network cannot be reached (ENETUNREACH), and the sender has reached no other host either',
      isOwnFault: true,
    });
    await reachAnother(transport);
    expect(await post(transport, endpoint)).toMatchObject({
      errorClass: 'connect',
      message: 'the network cannot be reached (ENETUNREACH)',
      isOwnFault: false,
    });
  });

  it('is charged for what became of that of its addresses to which there is a way', async () => {
    const dns = await bench.dns();
    dns.zone.set('both.test', [NO_ROUTE, '127.0.0.1']);
    const transport = bench.transport({ names: { servers: [dns.address] } });
    expect(await post(transport, named('both.test', await closedPort()))).toMatchObject({
      message: 'the connection was refused (ECONNREFUSED)',
      isOwnFault: false,
    });
  });

  it('is charged when it is silent, but for the last of three that were there and are silent together', async () => {
    const deaf = bench.closeLater(await DeafServer.start());
    const { transport, postAll } = await threeAt('127.0.0.1', deaf.port);
    // Long enough for the names to be known by then, also on a machine that is busy; after that they are.
    const outcomes = await postAll(2_000);
    const message = 'no connection came about, and the sender has reached no other host either';
    expect(outcomes.filter((outcome) => outcome.kind === 'failed' && outcome.isOwnFault)).toEqual([
      expect.objectContaining({ errorClass: 'timeout', message }),
    ]);
    await reachAnother(transport);
    for (const outcome of await postAll(400)) {
      expect(outcome).toMatchObject({ errorClass: 'timeout', isOwnFault: false });
    }
  });

  (outerAddress === undefined ? it.skip : it)(
    'is judged alike where the connection is refused on the way',
    async () => {
      const address = String(outerAddress);
      const { transport, postAll } = await threeAt(address, await closedPort(), `${address}/32+http,127.0.0.0/8+http`);
      const ownFaults = async () =>
        (await postAll()).map((outcome) => {
          expect(outcome).toMatchObject({ errorClass: 'connect', message: expect.stringContaining('(ECONNREFUSED)') });
          return outcome.kind === 'failed' && outcome.isOwnFault;
        });
      expect((await ownFaults()).toSorted()).toEqual([false, false, true]);
      expect(await ownFaults()).toEqual([true, true, true]);
      await reachAnother(transport);
      expect(await ownFaults()).toEqual([false, false, false]);
    },
  );

  it('is always charged for a refusal where there is no network on the way', async () => {
    const { postAll } = await threeAt('127.0.0.1', await closedPort());
    for (const outcome of [...(await postAll()), ...(await postAll())]) {
      expect(outcome).toMatchObject({ message: 'the connection was refused (ECONNREFUSED)', isOwnFault: false });
    }
  });
});
