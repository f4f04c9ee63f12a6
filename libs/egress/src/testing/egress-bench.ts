import { setTimeout as pause } from 'node:timers/promises';
import type { EndpointUrl } from '@signalbox/domain';
import { checkEndpointUrl, parseAllowList, parsePorts } from '@signalbox/domain';
import type { SocketTransportOptions } from '../http-transport.sockets.ts';
import { SocketTransport } from '../http-transport.sockets.ts';
import type { PostOutcome, PostRequest } from '../http-transport.port.ts';
import { DnsServer } from './dns-server.ts';
import type { RawServer } from './raw-server.ts';
import { serveRaw, serveTls } from './raw-server.ts';

type Closable = { close(): unknown };

/** Servers and transports of one test, closed together after it. */
export class EgressBench {
  readonly #opened: Closable[] = [];

  transport(options: Omit<SocketTransportOptions, 'allowList'> & { readonly allow?: string } = {}): SocketTransport {
    const { allow = '127.0.0.0/8+http', ...more } = options;
    return this.closeLater(new SocketTransport({ ...more, allowList: settingsOf(allow).allowList }));
  }

  async raw(...options: Parameters<typeof serveRaw>): Promise<RawServer> {
    return this.closeLater(await serveRaw(...options));
  }

  async tls(...options: Parameters<typeof serveTls>): Promise<RawServer> {
    return this.closeLater(await serveTls(...options));
  }

  async dns(): Promise<DnsServer> {
    return this.closeLater(await DnsServer.start());
  }

  async close(): Promise<void> {
    // The transports last: closing the servers ends what is under way on them.
    for (const each of this.#opened.splice(0).toReversed()) void each.close();
    await pause(0);
  }

  closeLater<T extends Closable>(opened: T): T {
    this.#opened.push(opened);
    return opened;
  }
}

function settingsOf(allow: string) {
  const allowList = parseAllowList(allow);
  const ports = parsePorts('80-65535');
  if (!allowList.ok || !ports.ok) throw new Error('bad settings');
  return { allowList: allowList.value, ports: ports.value };
}

/** An endpoint as its creation would have accepted it under this allow list. */
export function endpointOf(url: string, allow = '127.0.0.0/8+http'): EndpointUrl {
  const endpoint = checkEndpointUrl(url, settingsOf(allow));
  if (!endpoint.ok) throw new Error(endpoint.message);
  return endpoint;
}

export function post(
  transport: SocketTransport,
  to: string | EndpointUrl,
  more: Partial<PostRequest> = {},
): Promise<PostOutcome> {
  const endpoint = typeof to === 'string' ? endpointOf(to) : to;
  const request = {
    endpoint,
    headers: ['content-type', 'application/json'],
    body: Buffer.from('{"event":"User.Created"}'),
    timeoutMs: 5_000,
    ...more,
  };
  return new Promise((resolve) => transport.post(request, resolve));
}

/** Waits until the condition holds; fails with its name after 5 s. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const endAtMs = performance.now() + 5_000;
  while (!(await holds())) {
    if (performance.now() > endAtMs) throw new Error(`not within 5 s: ${what}`);
    await pause(10);
  }
}
