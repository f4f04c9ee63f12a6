import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, it } from '@jest/globals';
import { certificateAuthority } from '@signalbox/testing';
import type { PostOutcome } from './http-transport.port.ts';
import { EgressBench, endpointOf, eventually, post } from './testing/egress-bench.ts';
import { answerText, onRequest } from './testing/raw-server.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

const authority = certificateAuthority('Test authority');

it('connections that never come about are as few as those who wait, however many POSTs others do meanwhile', async () => {
  const tls = createTlsServer(authority.issue(['127.0.0.1']), (socket) =>
    onRequest(socket, () => socket.write(answerText('ok'))),
  );
  tls.on('tlsClientError', () => {});
  // As a server with four workers: what comes besides is accepted by its system, and heard by nobody.
  const server = await bench.raw((socket, index) => {
    if (index < 4) tls.emit('connection', socket);
    else socket.resume();
  });
  const transport = bench.transport({ ca: authority.cert });
  const to = `https://127.0.0.1:${server.port}/`;
  const lane = async (): Promise<void> => {
    for (let made = 0; made < 50; made++) {
      expect(await post(transport, to, { timeoutMs: 30_000 })).toMatchObject({ kind: 'answered' });
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  const open = (): number => server.connections.filter((socket) => !socket.closed).length;
  await eventually('few are open', () => open() <= 4 + 16 + 16);
}, 40_000);

it('who posts again the moment it is told that there is no connection leaves none open for ever', async () => {
  const server = await bench.raw((socket, index) => {
    if (index === 0) socket.resetAndDestroy();
    else onRequest(socket, () => socket.write(answerText('ok')));
  });
  const transport = bench.transport();
  const endpoint = endpointOf(`http://127.0.0.1:${server.port}/`);
  const request = { endpoint, headers: [], body: Buffer.from('{}'), timeoutMs: 5_000 };
  const second = await new Promise<PostOutcome>((resolve) =>
    transport.post(request, (first) => {
      expect(first.kind).toBe('failed');
      transport.post(request, resolve);
    }),
  );
  expect(second).toMatchObject({ kind: 'answered' });
  await transport.close();
  await eventually('none is left open', () => server.connections.every((socket) => socket.closed));
});
