import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { certificateAuthority } from '@signalbox/testing';
import type { PostOutcome } from './http-transport.port.ts';
import { AskingServer } from './testing/asking-server.ts';
import { EgressBench, eventually, post } from './testing/egress-bench.ts';
import { ForgingServer } from './testing/forging-server.ts';
import type { RawServer } from './testing/raw-server.ts';
import { answerText, onRequest } from './testing/raw-server.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

const authority = certificateAuthority('Test authority');
const certificate = authority.issue(['127.0.0.1']);
const OK = 'HTTP/1.1 200 OK\r\n';
const EXCESS = { kind: 'failed', errorClass: 'tls', message: expect.stringContaining('much more'), isOwnFault: false };

const posting = (server: RawServer, transport = bench.transport({ ca: authority.cert }), timeoutMs = 20_000) =>
  post(transport, `https://127.0.0.1:${server.port}/`, { timeoutMs });
const allClosed = (server: RawServer): Promise<void> =>
  eventually('its connections are closed', () => server.connections.every(({ closed }) => closed));

/** Again and again, until the connection ends. */
const keepOn = (socket: TLSSocket, everyMs: number, say: () => void): void => {
  const timer = setInterval(say, everyMs);
  socket.once('close', () => clearInterval(timer));
};

describe('an endpoint that misbehaves once TLS is set up', () => {
  const pourOut = (socket: TLSSocket): void => {
    const pour = (): void => void (socket.destroyed || socket.write('x'.repeat(65_536)));
    socket.on('drain', pour);
    pour();
  };

  it.each<[string, number, (socket: TLSSocket) => void, object]>([
    [
      'a byte now and then, for ever',
      500,
      (s) => onRequest(s, () => (s.write(`${OK}x-slow: `), keepOn(s, 20, () => s.write('x')))),
      { kind: 'failed', errorClass: 'timeout' },
    ],
    ['an endless body', 20_000, (s) => onRequest(s, () => (s.write(`${OK}\r\n`), pourOut(s))), { statusCode: 200 }],
    ['closes at once', 20_000, (s) => void s.resume().end(), { kind: 'failed', errorClass: 'reset' }],
    ['is gone at once, and does not say so', 20_000, (s) => void s.destroy(), { kind: 'failed', errorClass: 'reset' }],
    ['closes after the request', 20_000, (s) => onRequest(s, () => s.end()), { kind: 'failed', errorClass: 'reset' }],
  ])('comes to what it comes to without TLS: %s', async (_title, timeoutMs, misbehave, outcome) => {
    const server = await bench.tls(certificate, misbehave);
    expect(await posting(server, undefined, timeoutMs)).toMatchObject(outcome);
    await allClosed(server);
  });
});

describe('a handshake anew, which TLS 1.2 has', () => {
  it.each([
    ['in place of an answer', { kind: 'failed', errorClass: expect.stringMatching(/^(tls|reset)$/) }],
    ['on an idle connection', { kind: 'answered', statusCode: 200 }],
  ])('is refused when asked for %s', async (when, outcome) => {
    let handshakes = 0;
    const server = await bench.tls(
      certificate,
      (socket) =>
        onRequest(socket, () => {
          const ask = (): void => void socket.renegotiate({}, () => handshakes++);
          if (when === 'on an idle connection') socket.write(answerText('ok'), ask);
          else ask();
        }),
      'TLSv1.2',
    );
    expect(await posting(server)).toMatchObject(outcome);
    await allClosed(server);
    expect(handshakes).toBe(0);
  });

  it('may be asked for again by who was refused, but no more than sixteen times', async () => {
    const asking = async (times: number, answer: string): Promise<PostOutcome> => {
      const server = await bench.raw((tcp) => {
        const each = new AskingServer(tcp, certificate);
        onRequest(each.tls, () => (each.asks(times), each.says(answer)));
      });
      return posting(server);
    };
    // The session that it made is one of the sixteen.
    expect(await asking(15, answerText('ok'))).toMatchObject({ kind: 'answered', statusCode: 200 });
    expect(await asking(16, OK)).toMatchObject(EXCESS);
  });
});

describe('what TLS 1.3 lets a server say beside an answer', () => {
  async function forging(onEachRequest: (server: ForgingServer) => void) {
    return bench.raw((tcp) => {
      const server = new ForgingServer(tcp, certificate);
      // The first sessions are written after what came with the end of the handshake is read.
      onRequest(server.tls, () => setImmediate(onEachRequest, server));
    });
  }

  it('may be new sessions, but no more than sixteen', async () => {
    const few = await forging((server) => (server.makesSessions(14), server.says(answerText('ok'))));
    expect(await posting(few)).toMatchObject({ kind: 'answered', statusCode: 200 });
    const many = await forging((server) => server.makesSessions(15));
    expect(await posting(many)).toMatchObject(EXCESS);
    await allClosed(many);
  });

  const FLOODS: readonly (readonly [string, (server: ForgingServer) => void])[] = [
    ['changes of keys', (server) => keepOn(server.tls, 10, () => server.changesKeys(100, 1_000))],
    ['padding', (server) => keepOn(server.tls, 10, () => [1, 2, 3, 4, 5].forEach(() => server.says('x', 16_000)))],
  ];

  it.each(FLOODS)('may not be a flood of %s in place of an answer', async (_title, flood) => {
    const server = await forging((each) => (each.says(`${OK}x: `), flood(each)));
    expect(await posting(server)).toMatchObject(EXCESS);
    await allClosed(server);
  });

  it('may not be a flood of changes of keys on an idle connection', async () => {
    const server = await forging((each) => {
      each.says(answerText('ok'));
      keepOn(each.tls, 10, () => each.changesKeys(100, 1_000));
    });
    expect(await posting(server)).toMatchObject({ kind: 'answered' });
    await allClosed(server);
  });

  it('may be some changes of keys', async () => {
    const server = await forging((each) => (each.changesKeys(100), each.says(answerText('ok'))));
    const transport = bench.transport({ ca: authority.cert });
    for (let count = 0; count < 3; count++) expect(await posting(server, transport)).toMatchObject({ statusCode: 200 });
    expect(server.connections).toHaveLength(1);
  });
});
