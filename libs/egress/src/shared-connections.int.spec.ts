import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { certificateAuthority } from '@signalbox/testing';
import type { PostOutcome } from './http-transport.port.ts';
import { EgressBench, endpointOf, eventually, post } from './testing/egress-bench.ts';
import { answerText, onRequest } from './testing/raw-server.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

const authority = certificateAuthority('Test authority');
const certificate = authority.issue(['127.0.0.1']);

const NOW = Promise.resolve();
const NEVER = new Promise<void>(() => {});

/** A TLS server whose handshakes wait for `gateOf(connection)`, and a transport that trusts it. */
async function slowHandshakes(gateOf: (index: number) => Promise<void>, onConnection: (socket: TLSSocket) => void) {
  const tls = createTlsServer(certificate, onConnection);
  tls.on('tlsClientError', () => {});
  const server = await bench.raw((socket, index) => {
    const gate = gateOf(index);
    // Where nothing is read, it is not heard either that the other side has closed.
    if (gate === NEVER) socket.resume();
    void gate.then(() => tls.emit('connection', socket));
  });
  return { server, to: `https://127.0.0.1:${server.port}/`, transport: bench.transport({ ca: authority.cert }) };
}

const answering = (socket: Socket): void => onRequest(socket, () => socket.write(answerText('ok')));
const kindsOf = (outcomes: readonly PostOutcome[]): object => Object.groupBy(outcomes, ({ kind }) => kind);

describe('attempts that find no idle connection', () => {
  it('share the one there is while no other comes about', async () => {
    const { to, transport } = await slowHandshakes((index) => (index === 0 ? NOW : NEVER), answering);
    const posts = Array.from({ length: 30 }, () => post(transport, to, { timeoutMs: 20_000 }));
    expect(Object.keys(kindsOf(await Promise.all(posts)))).toEqual(['answered']);
  }, 30_000);

  it('have one opened each, at once, whatever becomes of those of others', async () => {
    const { server, to, transport } = await slowHandshakes(() => NEVER, answering);
    const posts = Array.from({ length: 100 }, () => post(transport, to, { timeoutMs: 20_000 }));
    await eventually('all are being opened', () => server.connections.length === 100);
    const closed = transport.close();
    expect(Object.keys(kindsOf(await Promise.all(posts)))).toEqual(['failed']);
    await closed;
  }, 30_000);

  it('take the one that becomes idle before theirs has come about, which the next one finds idle', async () => {
    const gate = Promise.withResolvers<void>();
    const answers: (() => void)[] = [];
    let handshakes = 0;
    const { server, to, transport } = await slowHandshakes(
      (index) => (index === 0 ? NOW : gate.promise),
      (socket) => {
        handshakes++;
        onRequest(socket, () => answers.push(() => socket.write(answerText('ok'))));
      },
    );
    const first = post(transport, to);
    await eventually('it is there', () => answers.length === 1);
    const second = post(transport, to);
    await eventually('another connection is being opened', () => server.connections.length === 2);
    answers[0]?.();
    await eventually('the second one is there too', () => answers.length === 2);
    answers[1]?.();
    expect(await Promise.all([first, second])).toMatchObject([{ kind: 'answered' }, { kind: 'answered' }]);
    // What it took was not opened for it.
    expect(Object.keys((await second).timings)).not.toContain('tlsMs');
    gate.resolve();
    // In TLS 1.3 a client is done before its server.
    await eventually('the other one has come about', () => handshakes === 2);
    const both = [post(transport, to), post(transport, to)];
    await eventually('both are there', () => answers.length === 4);
    for (const answer of answers.slice(2)) answer();
    expect(await Promise.all(both)).toMatchObject([{ kind: 'answered' }, { kind: 'answered' }]);
    expect(server.connections).toHaveLength(2);
  });

  it('ask whether they may start when they get one, and write nothing where they may not', async () => {
    const bodies: string[] = [];
    const answers: (() => void)[] = [];
    const { server, to, transport } = await slowHandshakes(
      (index) => (index === 0 ? NOW : NEVER),
      (socket) =>
        onRequest(socket, (_head, body) => {
          bodies.push(body.toString());
          answers.push(() => socket.write(answerText('ok')));
        }),
    );
    const first = post(transport, to, { body: Buffer.from('first') });
    await eventually('it is there', () => answers.length === 1);
    let mayStart = true;
    const second = post(transport, to, { body: Buffer.from('second'), mayStart: () => mayStart });
    const third = post(transport, to, { body: Buffer.from('third') });
    await eventually('others are being opened', () => server.connections.length === 3);
    mayStart = false;
    answers[0]?.();
    expect(await second).toMatchObject({ kind: 'failed', errorClass: 'connect', isOwnFault: true });
    await eventually('the third one is there', () => answers.length === 2);
    answers[1]?.();
    expect(await Promise.all([first, third])).toMatchObject([{ kind: 'answered' }, { kind: 'answered' }]);
    expect(bodies).toEqual(['first', 'third']);
  });

  it('leave to others what is idle besides', async () => {
    const answers: (() => void)[] = [];
    const { server, to, transport } = await slowHandshakes(
      (index) => (index < 2 ? NOW : NEVER),
      (socket) => onRequest(socket, () => answers.push(() => socket.write(answerText('ok')))),
    );
    const two = [post(transport, to), post(transport, to)];
    await eventually('both are there', () => answers.length === 2);
    const third = post(transport, to, { timeoutMs: 20_000 });
    await eventually('a third is being opened', () => server.connections.length === 3);
    for (const answer of answers.splice(0)) answer();
    await Promise.all(two);
    await eventually('the third took one of them', () => answers.length === 1);
    const fourth = post(transport, to);
    await eventually('the fourth took the other', () => answers.length === 2);
    for (const answer of answers.splice(0)) answer();
    expect(Object.keys(kindsOf(await Promise.all([third, fourth])))).toEqual(['answered']);
    expect(server.connections).toHaveLength(3);
  });

  it('end at once, by our own fault, when the transport closes, and those that have one go on', async () => {
    const answers: (() => void)[] = [];
    const { server, to, transport } = await slowHandshakes(
      (index) => (index === 0 ? NOW : NEVER),
      (socket) => onRequest(socket, () => answers.push(() => socket.write(answerText('ok')))),
    );
    const first = post(transport, to);
    await eventually('it is there', () => answers.length === 1);
    const waiting = post(transport, to);
    await eventually('another connection is being opened', () => server.connections.length === 2);
    const closed = transport.close();
    expect(await waiting).toMatchObject({ kind: 'failed', message: 'the sender is closing', isOwnFault: true });
    answers[0]?.();
    expect(await first).toMatchObject({ kind: 'answered' });
    await closed;
    await eventually('none is left open', () => server.connections.every((socket) => socket.closed));
  });

  it('fail with what hinders their own connection, and leave the others theirs', async () => {
    const { to, transport } = await slowHandshakes(() => NOW, answering);
    const wrongName = endpointOf(to.replace('127.0.0.1', 'localhost'));
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => post(transport, wrongName)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'failed', errorClass: 'tls' });
    expect(await post(transport, to)).toMatchObject({ kind: 'answered' });
  });
});

describe('a kept connection that its server has closed', () => {
  /** A server in a thread of its own: it closes its connection while this one stands still, and counts requests. */
  async function closingServer(close: 'resetAndDestroy' | 'destroy') {
    const closed = new Int32Array(new SharedArrayBuffer(8));
    const worker = new Worker(
      `const { parentPort, workerData: { closed, close } } = require('node:worker_threads');
      let first;
      const server = require('node:net').createServer({ noDelay: true }, (socket) => {
        first ??= socket;
        socket.on('error', () => {});
        socket.on('data', () => {
          Atomics.add(closed, 1, 1);
          socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok');
        });
      });
      parentPort.on('message', () => {
        first.on('close', () => {
          Atomics.store(closed, 0, 1);
          Atomics.notify(closed, 0);
        });
        first[close]();
      });
      server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true, workerData: { closed, close } },
    );
    bench.closeLater({ close: () => worker.terminate() });
    const [port] = (await once(worker, 'message')) as [AddressInfo['port']];
    const transport = bench.transport();
    const to = endpointOf(`http://127.0.0.1:${port}/`);
    expect(await post(transport, to)).toMatchObject({ kind: 'answered' });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    worker.postMessage('close');
    // Nothing is read meanwhile: the transport takes the connection for a good one.
    expect(Atomics.wait(closed, 0, 0, 10_000)).not.toBe('timed-out');
    return { transport, to, requests: () => Atomics.load(closed, 1) };
  }

  it('before any of the request has left is no attempt: it goes by another one', async () => {
    const { transport, to, requests } = await closingServer('resetAndDestroy');
    let starts = 0;
    const outcome = await post(transport, to, { mayStart: () => ++starts > 0 });
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    expect(starts).toBe(2);
    expect(requests()).toBe(2);
  });

  it('when all of the request has left has had an attempt: nobody knows whether it was read', async () => {
    const { transport, to, requests } = await closingServer('destroy');
    expect(await post(transport, to)).toMatchObject({ kind: 'failed', errorClass: 'reset', isOwnFault: false });
    expect(requests()).toBe(1);
    expect(await post(transport, to)).toMatchObject({ kind: 'answered' });
  });

  it('after it has read the request has had an attempt, and gets no second one', async () => {
    let requests = 0;
    const server = await bench.raw((socket) =>
      onRequest(socket, () => {
        if (++requests === 1) socket.write(answerText('ok'));
        else socket.resetAndDestroy();
      }),
    );
    const transport = bench.transport();
    const to = `http://127.0.0.1:${server.port}/`;
    await post(transport, to);
    expect(await post(transport, to)).toMatchObject({ kind: 'failed', errorClass: 'reset' });
    expect(requests).toBe(2);
    expect(server.connections).toHaveLength(1);
  });
});
