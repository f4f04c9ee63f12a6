/**
 * What one POST costs on its way out: `node bench/egress.ts [seconds] [--tls]` after `npm run build`. 1 KB bodies over
 * kept-alive connections to a server on loopback in a process of its own; CPU is this process's alone. The headers are those of
 * a signed POST, and nothing is signed. Exits 1 when a POST failed.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { cpus } from 'node:os';
import { createServer as createSecureServer } from 'node:tls';
import { checkEndpointUrl, parseAllowList, parsePorts } from '@signalbox/domain';
import { SocketTransport } from '@signalbox/egress';
import { certificateAuthority } from '@signalbox/testing';

const ENDPOINTS = 100;
const CONCURRENCY = 200;
const BODY_BYTES = 1_024;
const TLS = '--tls';
const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok');

interface Listening {
  readonly port: number;
  /** PEM of the authority behind its certificate; empty without TLS. */
  readonly ca: string;
}

/** Bare sockets, so that on a small machine the server takes little of what is measured. */
function answerAll(socket: Socket): void {
  let missing = 0;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    if (missing === 0) missing = chunk.indexOf('\r\n\r\n') + 4 + BODY_BYTES;
    missing -= chunk.length;
    if (missing === 0) socket.write(ANSWER);
  });
}

function serve(isSecure: boolean): void {
  const authority = certificateAuthority('bench');
  const server = isSecure
    ? createSecureServer({ ...authority.issue(['*.bench.localhost']), noDelay: true }, answerAll)
    : createServer({ noDelay: true }, answerAll);
  const listening = (): Listening => ({
    port: (server.address() as { port: number }).port,
    ca: isSecure ? authority.cert : '',
  });
  server.listen(0, '127.0.0.1', () => process.send?.(listening()));
}

async function measure(seconds: number, isSecure: boolean): Promise<void> {
  const child = fork(import.meta.filename, ['serve', ...(isSecure ? [TLS] : [])]);
  const [{ port, ca }] = (await once(child, 'message')) as [Listening];
  const allowList = parseAllowList('127.0.0.0/8+http');
  const ports = parsePorts('80-65535');
  if (!allowList.ok || !ports.ok) throw new Error('bad settings');
  const rules = { allowList: allowList.value, ports: ports.value };
  const endpoints = Array.from({ length: ENDPOINTS }, (_, index) => {
    const endpoint = checkEndpointUrl(
      `${isSecure ? 'https' : 'http'}://host-${index % 20}.bench.localhost:${port}/hooks/${index}`,
      rules,
    );
    if (!endpoint.ok) throw new Error(endpoint.message);
    return endpoint;
  });
  const transport = new SocketTransport({ allowList: rules.allowList, ...(isSecure && { ca }) });
  const body = Buffer.alloc(BODY_BYTES, 'x');
  const signature = 'a'.repeat(64);
  let next = 0;
  let made = 0;
  let failed = 0;
  let connections = 0;
  let isOver = false;
  let inFlight = 0;
  const over = Promise.withResolvers<void>();

  const post = (): void => {
    inFlight++;
    const endpoint = endpoints[next++ % ENDPOINTS];
    if (endpoint === undefined) return;
    // As the sender does: names that never change, values of this attempt.
    const headers = [
      'content-type',
      'application/json',
      'user-agent',
      'Signalbox/0.1',
      'logto-signature-sha-256',
      signature,
      'webhook-id',
      `${next}-0000-0000-0000`,
      'webhook-timestamp',
      '1763990400',
      'webhook-signature',
      `v1,${signature}`,
      'traceparent',
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ];
    transport.post({ endpoint, headers, body, timeoutMs: 10_000 }, (outcome) => {
      inFlight--;
      made++;
      if (outcome.timings.connectMs !== undefined) connections++;
      if (outcome.kind !== 'answered' || outcome.statusCode !== 200) failed++;
      if (!isOver) post();
      else if (inFlight === 0) over.resolve();
    });
  };
  const run = async (forMs: number): Promise<{ made: number; wallMs: number; cpuUs: number }> => {
    const before = { made, atMs: performance.now(), cpu: process.cpuUsage() };
    await new Promise((resolve) => setTimeout(resolve, forMs));
    const { user, system } = process.cpuUsage(before.cpu);
    return { made: made - before.made, wallMs: performance.now() - before.atMs, cpuUs: user + system };
  };

  for (let count = 0; count < CONCURRENCY; count++) post();
  await run(2_000);
  const result = await run(seconds * 1_000);
  isOver = true;
  await over.promise;
  await transport.close();
  child.kill();
  const perSecond = Math.round((result.made / result.wallMs) * 1_000);
  const { model } = cpus()[0] ?? { model: 'unknown' };
  console.log(
    `${perSecond} POSTs/s, ${(result.cpuUs / result.made).toFixed(1)} µs of CPU per POST, ${failed} failed, ` +
      `${connections} connections (${isSecure ? 'TLS' : 'HTTP'}, ${seconds} s, ${CONCURRENCY} at a time, ${cpus().length} × ${model}, Node ${process.version})`,
  );
  if (failed > 0) process.exitCode = 1;
}

const isSecure = process.argv.includes(TLS);
if (process.argv[2] === 'serve') serve(isSecure);
else await measure(Number(process.argv[2] ?? 10), isSecure);
