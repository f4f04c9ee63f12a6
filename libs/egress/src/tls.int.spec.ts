import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EXPIRED, certificateAuthority, selfSigned } from '@signalbox/testing';
import { serveConnect } from './testing/connect-proxy.ts';
import { EgressBench, endpointOf, eventually, post } from './testing/egress-bench.ts';
import type { CountedPosts } from './testing/context-counter.ts';
import type { WorkerPost } from './testing/post-worker.ts';
import { answerText, onRequest } from './testing/raw-server.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

const authority = certificateAuthority('Test authority');
const hosts = ['hooks.test', 'other.test'];

async function transportWithNames(more: { readonly ca?: string } = { ca: authority.cert }) {
  const dns = await bench.dns();
  for (const host of hosts) dns.zone.set(host, ['127.0.0.1']);
  return bench.transport({ ...more, names: { servers: [dns.address] } });
}

const answering = (socket: TLSSocket): void =>
  onRequest(socket, () => socket.end(answerText('ok', 'connection: close\r\n')));
const to = (host: string, port: number) => endpointOf(`https://${host}:${port}/hooks`);

describe('https', () => {
  it("goes to a host with a certificate of its name, from the operator's authority", async () => {
    const seen: unknown[] = [];
    const server = await bench.tls(authority.issue(['hooks.test']), (socket) => {
      seen.push((socket as TLSSocket & { servername: unknown }).servername, socket.getProtocol());
      answering(socket);
    });
    const outcome = await post(await transportWithNames(), to('hooks.test', server.port));
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    expect(outcome.timings.tlsMs).toBeGreaterThan(0);
    expect(seen).toEqual(['hooks.test', 'TLSv1.3']);
  });

  it('goes to an address when the certificate names it', async () => {
    const named = await bench.tls(authority.issue(['127.0.0.1']), answering);
    const unnamed = await bench.tls(authority.issue(['hooks.test']), answering);
    const transport = await transportWithNames();
    expect(await post(transport, to('127.0.0.1', named.port))).toMatchObject({ kind: 'answered' });
    expect(await post(transport, to('127.0.0.1', unnamed.port))).toMatchObject({
      errorClass: 'tls',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });

  it.each(['directly', 'through a forward proxy'])(
    'refuses a bad certificate %s, whatever the environment says of others',
    async (way) => {
      let received = 0;
      const server = await bench.tls(selfSigned(['127.0.0.1']), (socket) => socket.on('data', () => received++));
      const proxy = bench.closeLater(await serveConnect());
      const workerData: WorkerPost = {
        url: `https://127.0.0.1:${server.port}/`,
        ...(way === 'directly' ? {} : { proxy: `http://127.0.0.1:${proxy.port}` }),
      };
      // The variable is read of the thread that connects; that of the tests has a copy which Node does not look at.
      const worker = new Worker(new URL('testing/post-worker.ts', import.meta.url), {
        workerData,
        env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_OPTIONS: '' },
        execArgv: ['--conditions=source', '--no-warnings'],
      });
      bench.closeLater({ close: () => worker.terminate() });
      expect(await once(worker, 'message')).toMatchObject([
        { kind: 'failed', errorClass: 'tls', message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') },
      ]);
      expect([received, proxy.authorities.length]).toEqual([0, way === 'directly' ? 0 : 1]);
    },
  );

  it.each([
    ['of another host', () => authority.issue(['other.test']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['that has expired', () => authority.issue(['hooks.test'], EXPIRED), 'CERT_HAS_EXPIRED'],
    ['signed by itself', () => selfSigned(['hooks.test']), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['of an unknown authority', () => certificateAuthority('Nobody').issue(['hooks.test']), 'UNABLE_TO_'],
  ])('refuses a certificate %s, and sends nothing', async (_title, certificate, code) => {
    let received = 0;
    const server = await bench.tls(certificate(), (socket) => socket.on('data', () => received++));
    const outcome = await post(await transportWithNames(), to('hooks.test', server.port));
    expect(outcome).toMatchObject({
      kind: 'failed',
      errorClass: 'tls',
      message: expect.stringContaining(code),
      isOwnFault: false,
    });
    expect(received).toBe(0);
  });

  it("trusts the operator's authority only where it is given", async () => {
    const server = await bench.tls(authority.issue(['hooks.test']), answering);
    expect(await post(await transportWithNames({}), to('hooks.test', server.port))).toMatchObject({
      errorClass: 'tls',
    });
  });

  it('resumes a session with its own host only', async () => {
    const resumed: boolean[] = [];
    const server = await bench.tls(authority.issue(['hooks.test']), (socket) => {
      resumed.push(socket.isSessionReused());
      answering(socket);
    });
    const transport = await transportWithNames();
    for (let count = 0; count < 3; count++) {
      expect(await post(transport, to('hooks.test', server.port))).toMatchObject({ kind: 'answered' });
    }
    expect(resumed).toEqual([false, true, true]);
    expect(await post(transport, to('other.test', server.port))).toMatchObject({ errorClass: 'tls' });
  });

  it('takes one context for all origins and connections', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => bench.tls(authority.issue(['127.0.0.1']), answering)));
    const urls = servers.flatMap(({ port }) => [`https://127.0.0.1:${port}/a`, `https://127.0.0.1:${port}/b`]);
    const worker = new Worker(new URL('testing/context-counter.ts', import.meta.url), {
      workerData: { urls, ca: authority.cert } satisfies CountedPosts,
      env: { ...process.env, NODE_OPTIONS: '' },
      execArgv: ['--conditions=source', '--no-warnings'],
    });
    bench.closeLater({ close: () => worker.terminate() });
    expect(await once(worker, 'message')).toEqual([{ contexts: 1, kinds: Array(6).fill('answered') }]);
    expect(servers.map(({ connections }) => connections.length)).toEqual([2, 2, 2]);
  });

  it('is a TLS fault with a server that speaks none, closes or resets in the handshake', async () => {
    const transport = await transportWithNames();
    const misbehaviours: readonly ((socket: Socket) => void)[] = [
      (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      (socket) => void socket.end(),
      (socket) => void socket.resetAndDestroy(),
    ];
    for (const misbehave of misbehaviours) {
      const server = await bench.raw((socket) => socket.once('data', () => misbehave(socket)));
      expect(await post(transport, to('hooks.test', server.port))).toMatchObject({ kind: 'failed', errorClass: 'tls' });
    }
  });

  it('is left when the handshake takes too long', async () => {
    const server = await bench.raw((socket) => void socket.resume());
    expect(await post(await transportWithNames(), to('hooks.test', server.port), { timeoutMs: 300 })).toMatchObject({
      errorClass: 'timeout',
      message: 'no whole answer within 300 ms (while setting up TLS)',
      timings: { connectMs: expect.any(Number) },
    });
    await eventually('the connection is closed', () => server.connections.every(({ closed }) => closed));
  });
});
