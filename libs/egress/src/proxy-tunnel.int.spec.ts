import { afterEach, describe, expect, it } from '@jest/globals';
import type { TLSSocket } from 'node:tls';
import type { ForwardProxy } from './forward-proxy.ts';
import { parseForwardProxy } from './forward-proxy.ts';
import { certificateAuthority } from '@signalbox/testing';
import type { ConnectProxy } from './testing/connect-proxy.ts';
import { serveConnect } from './testing/connect-proxy.ts';
import { DeafServer } from './testing/deaf-server.ts';
import { EgressBench, endpointOf, eventually, post } from './testing/egress-bench.ts';
import { answerText, onRequest } from './testing/raw-server.ts';

const bench = new EgressBench();
afterEach(() => bench.close());

const authority = certificateAuthority('Test authority');
const PASSWORD = 'open sesame';

function proxyAt(port: number): ForwardProxy {
  const parsed = parseForwardProxy(`http://signalbox:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`);
  if (!parsed.ok) throw new Error(parsed.faults.join());
  return parsed.value;
}

const proxied = async (...options: Parameters<typeof serveConnect>): Promise<ConnectProxy> =>
  bench.closeLater(await serveConnect(...options));

async function through(port: number, zone: Readonly<Record<string, readonly string[]>> = {}) {
  const dns = await bench.dns();
  for (const [name, addresses] of Object.entries({ 'hooks.test': ['127.0.0.1'], ...zone }))
    dns.zone.set(name, [...addresses]);
  return bench.transport({ proxy: proxyAt(port), ca: authority.cert, names: { servers: [dns.address] } });
}

/** An endpoint over TLS, with the names that clients asked for. */
async function endpoint(name = 'hooks.test') {
  const names: unknown[] = [];
  const server = await bench.tls(authority.issue([name]), (socket) => {
    names.push((socket as TLSSocket & { servername: unknown }).servername);
    onRequest(socket, () => socket.write(answerText('ok')));
  });
  return { server, names, url: endpointOf(`https://hooks.test:${server.port}/`) };
}

/** An endpoint without TLS, of another origin than all others. */
async function anotherEndpoint() {
  const server = await bench.raw((socket) => onRequest(socket, () => socket.write(answerText('ok'))));
  return endpointOf(`http://127.0.0.1:${server.port}/`);
}

describe('through a forward proxy', () => {
  it('an endpoint is reached by its checked address, over TLS by its name, and the tunnel is kept for the next POST', async () => {
    const proxy = await proxied();
    const { server, names, url } = await endpoint();
    const transport = await through(proxy.port);
    for (let count = 0; count < 3; count++) {
      expect(await post(transport, url)).toMatchObject({ kind: 'answered', statusCode: 200 });
    }
    expect(proxy.authorities).toEqual([`127.0.0.1:${server.port}`]);
    expect(names).toEqual(['hooks.test']);
    const credentials = Buffer.from(`signalbox:${PASSWORD}`).toString('base64');
    expect(proxy.heads[0]).toBe(
      `CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nproxy-authorization: Basic ${credentials}`,
    );
  });

  it('an endpoint without TLS is reached by a tunnel too, and is told nothing of the proxy', async () => {
    const proxy = await proxied();
    const heads: string[] = [];
    const server = await bench.raw((socket) =>
      onRequest(socket, (head) => {
        heads.push(head);
        socket.write(answerText('ok'));
      }),
    );
    const transport = await through(proxy.port);
    for (let count = 0; count < 2; count++) {
      const outcome = await post(transport, `http://127.0.0.1:${server.port}/`);
      expect(outcome).toMatchObject({ kind: 'answered', answer: Buffer.from('ok') });
    }
    expect(proxy.authorities).toEqual([`127.0.0.1:${server.port}`]);
    expect(heads).toHaveLength(2);
    expect(heads.join()).not.toMatch(/proxy|CONNECT /i);
  });

  it('no address is asked for that the guard refuses, and no name', async () => {
    const proxy = await proxied();
    const transport = await through(proxy.port, {
      'inside.test': ['10.0.0.1'],
      'both.test': ['127.0.0.1', '169.254.169.254'],
    });
    for (const name of ['inside.test', 'both.test', '10.0.0.1']) {
      const inside = {
        ...endpointOf('https://hooks.test:443/'),
        hostname: name,
        isIpLiteral: /^\d/.test(name),
        origin: name,
      };
      expect(await post(transport, inside)).toMatchObject({ errorClass: 'refused-address', isOwnFault: false });
    }
    expect(await post(transport, endpointOf('https://missing.test:443/'))).toMatchObject({ errorClass: 'dns' });
    expect(proxy.connections).toHaveLength(0);
  });

  it('the certificate is checked by the name of the URL', async () => {
    const proxy = await proxied();
    const { url } = await endpoint('other.test');
    expect(await post(await through(proxy.port), url)).toMatchObject({
      errorClass: 'tls',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
      isOwnFault: false,
    });
  });

  it('the next address is tried where the proxy cannot reach the first', async () => {
    const proxy = await proxied();
    const { url, server } = await endpoint();
    const transport = await through(proxy.port, { 'hooks.test': ['127.0.0.2', '127.0.0.1'] });
    expect(await post(transport, url)).toMatchObject({ kind: 'answered' });
    expect(proxy.authorities).toEqual([`127.0.0.2:${server.port}`, `127.0.0.1:${server.port}`]);
  });

  it('the next address is not tried while the proxy may still reach the first', async () => {
    const answeredBefore: number[] = [];
    let answered = 0;
    const slow = await bench.raw((socket) =>
      onRequest(socket, () => {
        answeredBefore.push(answered);
        const answer = (): void => {
          answered++;
          socket.end('HTTP/1.1 504 Gateway Timeout\r\n\r\n');
        };
        // Longer than a race of addresses waits before it tries the next one.
        setTimeout(answer, 600);
      }),
    );
    const { url } = await endpoint();
    const transport = await through(slow.port, { 'hooks.test': ['127.0.0.2', '127.0.0.1'] });
    expect(await post(transport, url)).toMatchObject({ kind: 'failed' });
    expect(answeredBefore).toEqual([0, 1]);
  });

  it('an endpoint that refuses the connection is charged for it once another one is reached', async () => {
    const proxy = await proxied();
    const { url, server } = await endpoint();
    await server.close();
    const transport = await through(proxy.port);
    const alone = await post(transport, url);
    expect(alone).toMatchObject({
      errorClass: 'connect',
      message: 'the forward proxy opens no tunnel (the forward proxy answered 502)',
      isOwnFault: true,
    });
    await post(transport, await anotherEndpoint());
    expect(await post(transport, url)).toMatchObject({
      errorClass: 'connect',
      message: 'no connection could be made (the forward proxy answered 502)',
      isOwnFault: false,
    });
  });
});

describe('a forward proxy', () => {
  const url = endpointOf('https://hooks.test:8443/');

  it('that cannot be reached is our own fault', async () => {
    const gone = await bench.raw(() => undefined);
    await gone.close();
    const outcome = await post(await through(gone.port), url);
    expect(outcome).toMatchObject({
      errorClass: 'connect',
      message: 'the forward proxy cannot be reached (ECONNREFUSED)',
      isOwnFault: true,
    });
  });

  it('that accepts no connection is our own fault', async () => {
    const deaf = bench.closeLater(await DeafServer.start());
    expect(await post(await through(deaf.port), url, { timeoutMs: 1_500 })).toMatchObject({
      errorClass: 'timeout',
      message: expect.stringContaining('while reaching the forward proxy'),
      isOwnFault: true,
    });
  });

  it.each([
    ['wants other credentials', 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n', 'connect', false],
    ['does not permit the host', 'HTTP/1.1 403 Forbidden\r\n\r\n', 'connect', false],
    ['opens no tunnels', 'HTTP/1.1 405 Method Not Allowed\r\n\r\n', 'connect', false],
    ['has bounds of its own', 'HTTP/1.1 429 Too Many Requests\r\n\r\n', 'connect', true],
    ['could not connect in time', 'HTTP/1.1 504 Gateway Timeout\r\n\r\n', 'connect', false],
    ['speaks another protocol', 'SSH-2.0-OpenSSH\r\n', 'connect', true],
    ['answers with 1xx only', 'HTTP/1.1 100 Continue\r\n\r\n', 'connect', true],
    ['answers with headers for ever', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(3_000)}`, 'connect', true],
    ['answers with one line for ever', 'x'.repeat(20_000), 'connect', true],
    ['closes without an answer', '', 'connect', true],
    ['closes in its answer', 'HTTP/1.1 200 OK\r\n', 'connect', true],
    ['says more than was asked', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'protocol', false],
  ] as const)('that %s', async (_title, answer, errorClass, isOwnFault) => {
    const proxy = await proxied((asked) => (asked === '127.0.0.1:8443' ? answer : undefined));
    const transport = await through(proxy.port);
    const isOfEndpoint = errorClass === 'protocol';
    const alone = await post(transport, url);
    expect(alone).toMatchObject({ kind: 'failed', errorClass, isOwnFault: !isOfEndpoint });
    await eventually('the connection is closed', () => proxy.connections.every(({ closed }) => closed));
    await post(transport, await anotherEndpoint());
    const outcome = await post(transport, url);
    expect(outcome).toMatchObject({ kind: 'failed', errorClass, isOwnFault });
    expect(JSON.stringify([alone, outcome])).not.toContain(PASSWORD);
  });

  it('that never answers is left when the time is over, and its endpoint is charged once another one is reached', async () => {
    let isSilent = true;
    const proxy = await proxied(undefined, () => isSilent);
    const transport = await through(proxy.port);
    expect(await post(transport, url, { timeoutMs: 1_500 })).toMatchObject({
      errorClass: 'timeout',
      message: 'the forward proxy has not answered, and has reached no other host either',
      isOwnFault: true,
    });
    await eventually('the connection is closed', () => proxy.connections.every(({ closed }) => closed));
    isSilent = false;
    await post(transport, await anotherEndpoint());
    isSilent = true;
    expect(await post(transport, url, { timeoutMs: 1_500 })).toMatchObject({
      errorClass: 'timeout',
      message: 'no whole answer within 1500 ms (while connecting)',
      isOwnFault: false,
    });
  });

  it('that drips its answer is left when the time is over', async () => {
    const proxy = await bench.raw((socket) => {
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    expect(await post(await through(proxy.port), url, { timeoutMs: 1_000 })).toMatchObject({ errorClass: 'timeout' });
    await eventually('the connection is closed', () => proxy.connections.every(({ closed }) => closed));
  });
});
