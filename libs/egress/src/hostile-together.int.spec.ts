import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { EndpointUrl } from '@signalbox/domain';
import { EXPIRED, certificateAuthority, selfSigned, type Certificate } from '@signalbox/testing';
import type { PostRequest } from './http-transport.port.ts';
import { EgressBench, endpointOf, post } from './testing/egress-bench.ts';
import { MemoryPeak } from './testing/memory.ts';
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

/** One way to misbehave, and what docs/hostile-endpoints.md says comes of it. */
interface Hostile {
  readonly title: string;
  readonly serve: () => Promise<EndpointUrl>;
  readonly outcome: object;
  readonly request?: Partial<PostRequest>;
}

/** Serves on a free port, each connection as said. */
const serving = async (onConnection: (socket: Socket) => void): Promise<EndpointUrl> =>
  endpointOf(`http://127.0.0.1:${(await bench.raw(onConnection)).port}/`);
/** Misbehaves once the request has come. */
const asked = (
  title: string,
  misbehave: (socket: Socket) => void,
  outcome: object,
  request: Partial<PostRequest> = {},
): Hostile => ({ title, serve: () => serving((s) => onRequest(s, () => misbehave(s))), outcome, request });

const SOON = { timeoutMs: 500 };
const BOMB = gzipSync(Buffer.alloc(10_000_000));
const TIMEOUT = { kind: 'failed', errorClass: 'timeout' };

const drip = (socket: Socket, head: string): void => {
  socket.write(head);
  const timer = setInterval(() => socket.write('x'), 5);
  socket.once('close', () => clearInterval(timer));
};
const redirect = (to: string): Hostile =>
  asked(
    `redirects to ${to}`,
    (s) => void s.write(`HTTP/1.1 307 Temporary Redirect\r\nlocation: ${to}\r\ncontent-length: 0\r\n\r\n`),
    { kind: 'answered', statusCode: 307 },
  );
const certified = (title: string, certificate: Certificate): Hostile => ({
  title,
  serve: async () =>
    endpointOf(`https://hooks.test:${(await bench.tls(certificate, (s) => onRequest(s, () => s.end()))).port}/`),
  outcome: { kind: 'failed', errorClass: 'tls' },
});

const authority = certificateAuthority('Test authority');

const MISBEHAVIOURS: readonly Hostile[] = [
  asked('never answers', () => {}, TIMEOUT, SOON),
  asked('a byte at a time of a header', (s) => drip(s, `${OK}x-slow: `), TIMEOUT, SOON),
  asked('a byte at a time of a body', (s) => drip(s, `${OK}content-length: 99999\r\n\r\n`), TIMEOUT, SOON),
  asked('endless headers', (s) => (s.write(OK), pourOut(s, `x: ${'y'.repeat(500)}\r\n`)), { errorClass: 'protocol' }),
  asked('a flood of 1xx', (s) => pourOut(s, 'HTTP/1.1 103 Early Hints\r\n\r\n'), { errorClass: 'protocol' }),
  asked('an endless body', (s) => (s.write(`${OK}\r\n`), pourOut(s, 'x')), { statusCode: 200 }),
  asked(
    'endless chunks',
    (s) => (s.write(`${OK}transfer-encoding: chunked\r\n\r\n`), pourOut(s, `400\r\n${'x'.repeat(1_024)}\r\n`)),
    { statusCode: 200 },
  ),
  asked(
    'a compressed bomb',
    (s) =>
      void s.write(
        Buffer.concat([Buffer.from(`${OK}content-encoding: gzip\r\ncontent-length: ${BOMB.length}\r\n\r\n`), BOMB]),
      ),
    { statusCode: 200 },
  ),
  asked('closes at once', (s) => void s.end(), { errorClass: 'reset' }),
  asked('resets in mid-body', (s) => void s.write(`${OK}content-length: 9\r\n\r\nab`, () => s.resetAndDestroy()), {
    errorClass: 'reset',
  }),
  asked('says more than it sends', (s) => void s.end(`${OK}content-length: 9\r\n\r\nab`), { errorClass: 'reset' }),
  asked('sends more than it says', (s) => void s.write(`${OK}content-length: 1\r\n\r\nabcdef`), { statusCode: 200 }),
  {
    title: 'answers before it reads',
    serve: () => serving((s) => void s.pause().write(answerText('too early'))),
    outcome: { kind: 'answered', statusCode: 200 },
    // More than the machine takes off our hands for a reader that does not read.
    request: { body: Buffer.alloc(8_000_000) },
  },
  redirect('http://169.254.169.254/latest/meta-data/'),
  certified('a certificate of another name', authority.issue(['other.test'])),
  certified('a certificate that has expired', authority.issue(['hooks.test'], EXPIRED)),
  certified('a certificate signed by itself', selfSigned(['hooks.test'])),
];

const MIB = 1_024 * 1_024;
/** What the attempts, the servers in this process and garbage may hold at a time. */
const MOST_MEANWHILE_BYTES = 96 * MIB;
const HEALTHY = 4;
const POSTS_TO_EACH = 5;
/** Of one POST to a healthy endpoint, on a machine that is busy with other things too. */
const MOST_P99_MS = 2_000;

describe('hostile endpoints all at once', () => {
  it('each come to what they do alone, memory stays flat, and healthy ones are answered as ever', async () => {
    const dns = await bench.dns();
    dns.zone.set('hooks.test', ['127.0.0.1']);
    const transport = bench.transport({ ca: authority.cert, names: { servers: [dns.address] } });
    const inside = await bench.raw((socket) => void socket.end());
    const hostile = await Promise.all(
      [...MISBEHAVIOURS, redirect(`http://127.0.0.1:${inside.port}/`)].map(async (each) => ({
        ...each,
        to: await each.serve(),
      })),
    );
    const healthy = await Promise.all(
      Array.from({ length: HEALTHY }, async () => serving((s) => onRequest(s, () => s.write(answerText('ok'))))),
    );
    const healthyMs: number[] = [];
    let looks = 0;
    /** POSTs to each hostile one, and one after the other to each healthy one meanwhile; a look when half of them have ended. */
    const round = async (look: () => void): Promise<void> => {
      const progress = { isOver: false, ended: 0 };
      const posts = hostile.flatMap((each) =>
        Array<(typeof hostile)[number]>(each.request?.body === undefined ? POSTS_TO_EACH : 1).fill(each),
      );
      const all = Promise.all(
        posts.map(async ({ title, to, outcome, request = {} }) => {
          const is = await post(transport, to, { timeoutMs: 20_000, ...request });
          expect({ title, ...is }).toMatchObject({ title, ...outcome });
          progress.ended += 1;
          if (progress.ended === Math.ceil(posts.length / 2)) look();
        }),
      ).finally(() => (progress.isOver = true));
      const ofHealthy = healthy.map(async (to) => {
        while (!progress.isOver) {
          const startedAtMs = performance.now();
          const before = looks;
          expect(await post(transport, to)).toMatchObject({ kind: 'answered', statusCode: 200 });
          // A look holds the whole process.
          if (looks === before) healthyMs.push(performance.now() - startedAtMs);
        }
      });
      await Promise.all([all, ...ofHealthy]);
    };
    await round(() => {});
    const peak = new MemoryPeak();
    for (let again = 0; again < 2; again++) {
      await round(() => {
        looks++;
        peak.look();
      });
    }
    // Two rounds more were answered with many MB: none of it may stay.
    expect(peak.retainedNow()).toBeLessThan(2 * MIB);
    expect(peak.growth).toBeLessThan(MOST_MEANWHILE_BYTES);
    expect(healthyMs.toSorted((one, other) => one - other)[Math.floor(healthyMs.length * 0.99)]).toBeLessThan(
      MOST_P99_MS,
    );
    expect(inside.connections).toHaveLength(0);
  }, 60_000);
});
