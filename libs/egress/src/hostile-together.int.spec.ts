import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EgressBench, endpointOf, post } from './testing/egress-bench.ts';
import { answerText, onRequest } from './testing/raw-server.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

const OK = 'HTTP/1.1 200 OK\r\n';

/** Writes the piece again and again, as fast as it is taken, until the connection ends. */
const pourOut = (socket: Socket, piece: string): void => {
  const much = piece.repeat(Math.ceil(131_072 / piece.length));
  const pour = (): void => void (socket.destroyed || socket.write(much));
  socket.on('drain', pour);
  // The server remembers its connections: a closed one is not to keep what it poured.
  socket.once('close', () => socket.off('drain', pour));
  pour();
};

const NEVER = 'never answers';
const BOMB = gzipSync(Buffer.alloc(10_000_000));

/** Every way to misbehave once the request has come, and what docs/hostile-endpoints.md says comes of it. */
const MISBEHAVIOURS: readonly (readonly [title: string, misbehave: (socket: Socket) => void, outcome: object])[] = [
  [NEVER, () => {}, { kind: 'failed', errorClass: 'timeout' }],
  ['endless headers', (s) => (s.write(OK), pourOut(s, `x: ${'y'.repeat(500)}\r\n`)), { errorClass: 'protocol' }],
  ['a flood of 1xx', (s) => pourOut(s, 'HTTP/1.1 103 Early Hints\r\n\r\n'), { errorClass: 'protocol' }],
  ['an endless body', (s) => (s.write(`${OK}\r\n`), pourOut(s, 'x')), { statusCode: 200 }],
  [
    'endless chunks',
    (s) => (s.write(`${OK}transfer-encoding: chunked\r\n\r\n`), pourOut(s, `400\r\n${'x'.repeat(1_024)}\r\n`)),
    { statusCode: 200 },
  ],
  [
    'a compressed bomb',
    (s) =>
      void s.write(
        Buffer.concat([Buffer.from(`${OK}content-encoding: gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`), BOMB]),
      ),
    { statusCode: 200 },
  ],
  ['closes at once', (s) => void s.end(), { errorClass: 'reset' }],
  [
    'resets in mid-body',
    (s) => void s.write(`${OK}content-length: 9\r\n\r\nab`, () => s.resetAndDestroy()),
    { errorClass: 'reset' },
  ],
  ['says more than it sends', (s) => void s.end(`${OK}content-length: 9\r\n\r\nab`), { errorClass: 'reset' }],
  ['sends more than it says', (s) => void s.write(`${OK}content-length: 1\r\n\r\nabcdef`), { statusCode: 200 }],
];

/** Bytes that are still referred to: what no collection would give back. A buffer's bytes are counted in `external`. */
const retainedBytes = (): number => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // Twice: what the first frees of the heap lets the second free buffers outside of it.
  for (let pass = 0; pass < 2; pass++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

describe('hostile endpoints all at once', () => {
  it('each come to what they do alone, memory stays flat, and a healthy one is answered as ever', async () => {
    const transport = bench.transport();
    const healthy = await bench.raw((socket) => onRequest(socket, () => socket.write(answerText('ok'))));
    const servers = await Promise.all(
      MISBEHAVIOURS.map(async ([title, misbehave, outcome]) => ({
        title,
        outcome,
        to: endpointOf(`http://127.0.0.1:${(await bench.raw((s) => onRequest(s, () => misbehave(s)))).port}/`),
      })),
    );
    const toHealthy = endpointOf(`http://127.0.0.1:${healthy.port}/`);
    /** Five POSTs to each hostile one, and one after the other to the healthy one meanwhile. */
    const round = async (): Promise<void> => {
      const progress = { isOver: false };
      const hostile = Promise.all(
        servers.flatMap(({ title, to, outcome }) =>
          Array.from({ length: 5 }, async () => {
            expect({
              title,
              ...(await post(transport, to, { timeoutMs: title === NEVER ? 500 : 20_000 })),
            }).toMatchObject({
              title,
              ...outcome,
            });
          }),
        ),
      ).finally(() => (progress.isOver = true));
      let answered = 0;
      while (!progress.isOver) {
        expect(await post(transport, toHealthy)).toMatchObject({ kind: 'answered' });
        answered++;
      }
      await hostile;
      expect(answered).toBeGreaterThan(0);
    };
    await round();
    const before = retainedBytes();
    for (let again = 0; again < 2; again++) await round();
    // Two rounds more were answered with many MB: none of it may stay.
    expect(retainedBytes() - before).toBeLessThan(2 * 1_024 * 1_024);
  }, 60_000);
});
