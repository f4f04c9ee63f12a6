import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from '@jest/globals';
import { certificateAuthority } from '@signalbox/testing';
import { EgressBench, post } from './testing/egress-bench.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

const authority = certificateAuthority('Test authority');
const CONNECTIONS = 0;
const ANSWERED = 1;

/** A TLS server in a thread of its own, which answers at once while this one does something else. */
async function answeringServer() {
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(
    `const { parentPort, workerData: { counts, certificate } } = require('node:worker_threads');
    const options = { ...certificate, noDelay: true };
    const server = require('node:tls').createServer(options, (socket) => {
      Atomics.add(counts, ${CONNECTIONS}, 1);
      socket.on('error', () => {});
      socket.on('data', () => {
        socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok', () => {
          Atomics.add(counts, ${ANSWERED}, 1);
          Atomics.notify(counts, ${ANSWERED});
        });
      });
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: { counts, certificate: authority.issue(['127.0.0.1']) } },
  );
  bench.closeLater({ close: () => worker.terminate() });
  const [port] = (await once(worker, 'message')) as [number];
  const to = `https://127.0.0.1:${port}/`;
  return { counts, to, transport: bench.transport({ ca: authority.cert }) };
}

it('a connection is kept also when the answer is there before it is known that the request has gone', async () => {
  const { counts, to, transport } = await answeringServer();
  expect(await post(transport, to)).toMatchObject({ kind: 'answered' });
  // What is written by TLS in this phase of the loop is told as gone in its next round, after sockets were read.
  await turn();
  const second = post(transport, to);
  expect(Atomics.wait(counts, ANSWERED, 1, 10_000)).not.toBe('timed-out');
  expect(await second).toMatchObject({ kind: 'answered' });
  expect(await post(transport, to)).toMatchObject({ kind: 'answered' });
  expect(Atomics.load(counts, CONNECTIONS)).toBe(1);
});

it('many that come together cost few handshakes: the first connections serve those that wait', async () => {
  const { counts, to, transport } = await answeringServer();
  const outcomes = await Promise.all(Array.from({ length: 400 }, () => post(transport, to, { timeoutMs: 30_000 })));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['answered']));
  expect(Atomics.load(counts, CONNECTIONS)).toBeLessThan(250);
}, 40_000);
