import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { PostOutcome } from './http-transport.port.ts';
import { EgressBench, endpointOf, eventually, post } from './testing/egress-bench.ts';
import { answerText, onRequest } from './testing/raw-server.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

describe('a POST', () => {
  it('arrives as it was given, and its answer comes back with its timings', async () => {
    const heads: string[] = [];
    const bodies: string[] = [];
    const server = await bench.raw((socket) =>
      onRequest(socket, (head, body) => {
        heads.push(head);
        bodies.push(body.toString());
        socket.write(answerText('thanks', 'retry-after: 7\r\nWebhook-Delivery: disable\r\n'));
      }),
    );
    const outcome = await post(bench.transport(), `http://localhost:${server.port}/hooks/a?b=c`, {
      headers: ['content-type', 'application/json', 'X-Mine', 'yes'],
      body: Buffer.from('{"a":"ü"}'),
    });
    expect(heads[0]?.split('\r\n')).toEqual([
      'POST /hooks/a?b=c HTTP/1.1',
      `host: localhost:${server.port}`,
      'connection: keep-alive',
      'content-type: application/json',
      'X-Mine: yes',
      'content-length: 10',
    ]);
    expect(bodies).toEqual(['{"a":"ü"}']);
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200, retryAfter: '7', webhookDelivery: 'disable' });
    expect(outcome.kind === 'answered' && outcome.answer.toString()).toBe('thanks');
    const { timings } = outcome;
    expect(timings.connectMs).toBeGreaterThan(0);
    expect(timings.firstByteMs).toBeGreaterThan(0);
    expect(timings.totalMs).toBeGreaterThan((timings.connectMs ?? 0) + (timings.firstByteMs ?? 0));
    expect(timings).not.toHaveProperty('dnsMs');
    expect(timings).not.toHaveProperty('tlsMs');
  });

  it('reuses the connection of the one before', async () => {
    const server = await bench.raw((socket) => onRequest(socket, () => socket.write(answerText('ok'))));
    const transport = bench.transport();
    for (let count = 0; count < 20; count++) {
      const outcome = await post(transport, `http://127.0.0.1:${server.port}/`);
      expect(outcome.kind).toBe('answered');
      expect('connectMs' in outcome.timings).toBe(count === 0);
    }
    expect(server.connections).toHaveLength(1);
  });

  it('writes nothing when it may not start any more, on a new connection as on a kept one', async () => {
    const bodies: string[] = [];
    const server = await bench.raw((socket) =>
      onRequest(socket, (_head, body) => {
        bodies.push(body.toString());
        socket.write(answerText('ok'));
      }),
    );
    const transport = bench.transport();
    const to = `http://127.0.0.1:${server.port}/`;
    const attempt = async (body: string, mayStart: () => boolean): Promise<PostOutcome> =>
      post(transport, to, { body: Buffer.from(body), mayStart });
    // Asked when the connection is there, not when the attempt begins.
    let isConnected = false;
    const refused = { kind: 'failed', errorClass: 'connect', isOwnFault: true };
    const onNew = attempt('on a new one', () => !(isConnected = server.connections.length > 0));
    expect(isConnected).toBe(false);
    expect(await onNew).toMatchObject(refused);
    expect(await attempt('after it', () => true)).toMatchObject({ kind: 'answered' });
    expect(await attempt('on a kept one', () => false)).toMatchObject(refused);
    expect(await attempt('last', () => true)).toMatchObject({ kind: 'answered' });
    expect(bodies).toEqual(['after it', 'last']);
    expect(server.connections).toHaveLength(1);
  });

  it('has its answer that came in time, though the process stood still until after its timeout', async () => {
    // A thread of its own answers while this one stands still.
    const server = new Worker(
      `const { createServer } = require('node:http');
      const server = createServer((request, response) => setTimeout(() => response.end('ok'), 100));
      server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port));`,
      { eval: true },
    );
    bench.closeLater({ close: () => server.terminate() });
    const [port] = (await once(server, 'message')) as [number];
    const transport = bench.transport();
    await post(transport, `http://127.0.0.1:${port}/`);
    // Over the connection that is there already it is written at once.
    const outcome = post(transport, `http://127.0.0.1:${port}/`, { timeoutMs: 1_000 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    expect(await outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
  });

  it('never waits for another one to the same origin', async () => {
    const sockets: (() => void)[] = [];
    const server = await bench.raw((socket) =>
      onRequest(socket, () => {
        sockets.push(() => socket.write(answerText('ok')));
        if (sockets.length === 100) for (const answer of sockets) answer();
      }),
    );
    const transport = bench.transport();
    const posts = Array.from({ length: 100 }, () => post(transport, `http://127.0.0.1:${server.port}/`));
    expect(new Set((await Promise.all(posts)).map(({ kind }) => kind))).toEqual(new Set(['answered']));
  });

  it.each(['/elsewhere', 'http://127.0.0.1:1/', 'http://169.254.169.254/latest/meta-data/'])(
    'takes 3xx to %s as a status and goes nowhere else',
    async (location) => {
      let requests = 0;
      const server = await bench.raw((socket) =>
        onRequest(socket, () => {
          requests++;
          socket.write(`HTTP/1.1 307 Temporary Redirect\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`);
        }),
      );
      const outcome = await post(bench.transport(), `http://127.0.0.1:${server.port}/`);
      expect(outcome).toMatchObject({ kind: 'answered', statusCode: 307 });
      expect(requests).toBe(1);
    },
  );

  it('waits past 1xx for the answer', async () => {
    const server = await bench.raw((socket) =>
      onRequest(socket, () => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${answerText('ok')}`)),
    );
    const outcome = await post(bench.transport(), `http://127.0.0.1:${server.port}/`);
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
  });

  it('connects anew when the server has closed the idle connection', async () => {
    const server = await bench.raw((socket) => onRequest(socket, () => socket.write(answerText('ok'))));
    const transport = bench.transport();
    await post(transport, `http://127.0.0.1:${server.port}/`);
    server.connections[0]?.end();
    await eventually('the connection is closed on both sides', () => server.connections[0]?.closed === true);
    expect(await post(transport, `http://127.0.0.1:${server.port}/`)).toMatchObject({ statusCode: 200 });
    expect(server.connections).toHaveLength(2);
  });

  it('keeps to the time for which the server keeps connections', async () => {
    const server = await bench.raw((socket) =>
      onRequest(socket, () => socket.write(answerText('ok', 'connection: keep-alive\r\nkeep-alive: timeout=1\r\n'))),
    );
    const transport = bench.transport();
    for (let count = 0; count < 2; count++) await post(transport, `http://127.0.0.1:${server.port}/`);
    expect(server.connections).toHaveLength(2);
  });

  it('leaves no idle connection open beyond its time or the cap', async () => {
    const server = await bench.raw((socket) => onRequest(socket, () => socket.write(answerText('ok'))));
    const capped = bench.transport({ maxIdleConnections: 2 });
    await Promise.all([1, 2, 3, 4].map(() => post(capped, `http://127.0.0.1:${server.port}/`)));
    await eventually('two are closed', () => server.connections.filter(({ closed }) => closed).length === 2);
    const brief = bench.transport({ keepAliveMs: 50 });
    await post(brief, `http://127.0.0.1:${server.port}/`);
    await eventually('it is closed', () => server.connections[4]?.closed === true);
    expect(await post(brief, `http://127.0.0.1:${server.port}/`)).toMatchObject({ kind: 'answered' });
  });
});

describe('a hostile endpoint', () => {
  const attempt = async (misbehave: Parameters<EgressBench['raw']>[0], timeoutMs = 5_000): Promise<PostOutcome> => {
    const server = await bench.raw(misbehave);
    const outcome = await post(bench.transport(), `http://127.0.0.1:${server.port}/`, { timeoutMs });
    await eventually('its connection is closed', () => server.connections.every(({ closed }) => closed));
    return outcome;
  };
  const drip = (text: string) => (socket: Parameters<typeof onRequest>[0]) =>
    onRequest(socket, () => {
      socket.write('HTTP/1.1 200 OK\r\n');
      socket.write(text);
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });

  it('that never answers is left when the time is over', async () => {
    const outcome = await attempt((socket) => void socket.resume(), 200);
    expect(outcome).toMatchObject({
      kind: 'failed',
      errorClass: 'timeout',
      message: 'no whole answer within 200 ms (while waiting for the answer)',
      isOwnFault: false,
    });
    expect(outcome.timings.totalMs).toBeGreaterThanOrEqual(199);
    expect(outcome.timings.totalMs).toBeLessThan(1_000);
  });

  it('that sends a byte now and then for ever is left when the time is over', async () => {
    expect(await attempt(drip('x-slow: '), 300)).toMatchObject({ errorClass: 'timeout', kind: 'failed' });
    expect(await attempt(drip('content-length: 99999\r\n\r\n'), 300)).toMatchObject({
      errorClass: 'timeout',
      statusCode: 200,
      message: 'no whole answer within 300 ms (while reading the answer)',
    });
  });

  it('with endless headers is cut off', async () => {
    const outcome = await attempt((socket) =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const line = `x-more: ${'y'.repeat(1_000)}\r\n`;
        const more = (): void => {
          while (!socket.destroyed && socket.write(line));
        };
        socket.on('drain', more);
        more();
      }),
    );
    expect(outcome).toMatchObject({
      errorClass: 'protocol',
      message: expect.stringContaining('headers are too large'),
    });
  });

  it('with an endless body counts by its status, and 4 KiB of it are kept', async () => {
    const outcome = await attempt((socket) =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 503 Busy\r\ntransfer-encoding: chunked\r\nretry-after: 9\r\n\r\n');
        const more = (): void => {
          while (!socket.destroyed && socket.write(`400\r\n${'z'.repeat(1_024)}\r\n`));
        };
        socket.on('drain', more);
        more();
      }),
    );
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 503, retryAfter: '9' });
    expect(outcome.kind === 'answered' && outcome.answer.toString()).toBe('z'.repeat(4_096));
  });

  it('with a longer body has answered with the first byte beyond 64 KiB of it, and not before', async () => {
    const afterBytes = (bodyBytes: number, timeoutMs: number): Promise<PostOutcome> =>
      attempt(
        (socket) =>
          onRequest(socket, () => {
            socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n${'z'.repeat(bodyBytes)}`);
          }),
        timeoutMs,
      );
    // It then says nothing more: whoever wanted a byte beyond these would wait for it until the time is over.
    const [whole, more] = await Promise.all([afterBytes(65_536, 1_000), afterBytes(65_537, 20_000)]);
    expect(whole).toMatchObject({ kind: 'failed', errorClass: 'timeout', statusCode: 200 });
    expect(more).toMatchObject({ kind: 'answered', statusCode: 200 });
  });

  it('with a flood of 1xx is cut off', async () => {
    const outcome = await attempt((socket) =>
      onRequest(socket, () => {
        const more = (): void => {
          while (!socket.destroyed && socket.write('HTTP/1.1 102 Processing\r\n\r\n'));
        };
        socket.on('drain', more);
        more();
      }),
    );
    expect(outcome).toMatchObject({ kind: 'failed', errorClass: 'protocol' });
  });

  it('that answers before it reads has answered, and gets no further request on that connection', async () => {
    const server = await bench.raw((socket) => {
      socket.pause();
      socket.write(answerText('too early'));
    });
    const transport = bench.transport();
    for (let count = 0; count < 2; count++) {
      // Larger than what the buffers of both sides hold.
      const outcome = await post(transport, `http://127.0.0.1:${server.port}/`, { body: Buffer.alloc(16_000_000) });
      expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200 });
    }
    expect(server.connections).toHaveLength(2);
  });

  it('with a compressed bomb is read as sent', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const server = await bench.raw((socket) =>
      onRequest(socket, () => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
        socket.write(bomb);
      }),
    );
    const outcome = await post(bench.transport(), `http://127.0.0.1:${server.port}/`);
    expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200, answer: bomb.subarray(0, 4_096) });
  });

  it.each([
    ['closes at once', (socket) => void socket.resume().end()],
    ['closes after the request', (socket) => onRequest(socket, () => socket.end())],
    ['resets at once', (socket) => void socket.resetAndDestroy()],
    [
      'closes in the middle of its headers',
      (socket) => onRequest(socket, () => socket.end('HTTP/1.1 200 OK\r\ncontent-')),
    ],
  ] satisfies [string, Parameters<EgressBench['raw']>[0]][])('that %s is a reset', async (_title, misbehave) => {
    expect(await attempt(misbehave)).toMatchObject({ kind: 'failed', errorClass: 'reset', isOwnFault: false });
  });

  it('that resets in the middle of its body has not answered', async () => {
    const outcome = await attempt((socket) =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () =>
          setImmediate(() => socket.resetAndDestroy()),
        );
      }),
    );
    expect(outcome).toMatchObject({ kind: 'failed', errorClass: 'reset', statusCode: 200 });
  });

  it.each(['', 'connection: close\r\n'])(
    'that says more content than it sends has not answered (%j)',
    async (header) => {
      const outcome = await attempt((socket) =>
        onRequest(socket, () => socket.end(`HTTP/1.1 200 OK\r\n${header}content-length: 100\r\n\r\nshort`)),
      );
      expect(outcome).toMatchObject({ kind: 'failed', errorClass: expect.stringMatching(/^(reset|protocol)$/) });
    },
  );

  it('that sends more content than it says cannot smuggle an answer to the next request', async () => {
    const server = await bench.raw((socket, index) =>
      onRequest(socket, () =>
        socket.write(index === 0 ? `${answerText('ok')}${answerText('smuggled')}` : answerText('own')),
      ),
    );
    const transport = bench.transport();
    const first = await post(transport, `http://127.0.0.1:${server.port}/`);
    const second = await post(transport, `http://127.0.0.1:${server.port}/`);
    expect(first.kind === 'answered' && first.answer.toString()).toBe('ok');
    expect(second.kind === 'answered' && second.answer.toString()).toBe('own');
  });

  it('that does not speak HTTP is a protocol fault', async () => {
    expect(await attempt((socket) => void socket.resume().write('SSH-2.0-OpenSSH_9.6\r\n'))).toMatchObject({
      kind: 'failed',
    });
    const outcome = await attempt((socket) => onRequest(socket, () => socket.write('220 smtp.example.com ESMTP\r\n')));
    expect(outcome).toMatchObject({ errorClass: 'protocol' });
  });

  it('that upgrades unasked has not answered', async () => {
    const outcome = await attempt((socket) =>
      onRequest(socket, () =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
      ),
    );
    expect(outcome).toMatchObject({ kind: 'failed' });
  });

  it('with nobody listening refuses the connection', async () => {
    const server = await bench.raw(() => {});
    await server.close();
    expect(await post(bench.transport(), `http://127.0.0.1:${server.port}/`)).toMatchObject({
      kind: 'failed',
      errorClass: 'connect',
      message: 'the connection was refused (ECONNREFUSED)',
      isOwnFault: false,
    });
  });
});

describe('the transport', () => {
  it('says once, and never before post returns, what could not be sent', async () => {
    const transport = bench.transport();
    const outcomes: PostOutcome[] = [];
    const endpoint = endpointOf('http://127.0.0.1:9999/');
    const request = { endpoint, headers: ['bad header', 'x'], body: Buffer.from('{}'), timeoutMs: 1_000 };
    transport.post(request, (outcome) => outcomes.push(outcome));
    expect(outcomes).toEqual([]);
    await eventually('it is said', () => outcomes.length > 0);
    expect(outcomes).toMatchObject([{ kind: 'failed', errorClass: 'protocol' }]);
  });

  it('closes after what is under way, and takes nothing more', async () => {
    const asked = Promise.withResolvers<() => void>();
    const server = await bench.raw((socket) =>
      onRequest(socket, () => asked.resolve(() => socket.write(answerText('late')))),
    );
    const transport = bench.transport();
    const underWay = post(transport, `http://127.0.0.1:${server.port}/`);
    const answer = await asked.promise;
    let isClosed = false;
    const closed = transport.close().then(() => (isClosed = true));
    expect(await post(transport, `http://127.0.0.1:${server.port}/`)).toMatchObject({
      kind: 'failed',
      isOwnFault: true,
    });
    expect(isClosed).toBe(false);
    answer();
    expect(await underWay).toMatchObject({ kind: 'answered', statusCode: 200 });
    await closed;
    await eventually('no connection is left', () => server.connections.every((socket) => socket.closed));
  });
});
