import { syncBuiltinESMExports } from 'node:module';
import tls from 'node:tls';
import { parentPort, workerData } from 'node:worker_threads';
import { checkEndpointUrl, parseAllowList, parsePorts } from '@signalbox/domain';

/** What a thread of its own is to post to, one after the other. It answers with the count of TLS contexts that it took. */
export interface CountedPosts {
  readonly urls: readonly string[];
  readonly ca: string;
}

const { urls, ca } = workerData as CountedPosts;
const { createSecureContext } = tls;
let contexts = 0;
// Node's own calls of it are counted as well: it makes a context for each connection that is given none.
tls.createSecureContext = (options) => {
  contexts++;
  return createSecureContext(options);
};
syncBuiltinESMExports();
const { SocketTransport } = await import('../http-transport.sockets.ts');

const allowList = parseAllowList('127.0.0.0/8');
const ports = parsePorts('80-65535');
if (!allowList.ok || !ports.ok) throw new Error('bad settings');
const settings = { allowList: allowList.value, ports: ports.value };
const transport = new SocketTransport({ allowList: settings.allowList, ca });
const kinds: string[] = [];
for (const url of urls) {
  const endpoint = checkEndpointUrl(url, settings);
  if (!endpoint.ok) throw new Error(endpoint.message);
  const request = { endpoint, headers: [], body: Buffer.from('{}'), timeoutMs: 20_000 };
  kinds.push(await new Promise((resolve) => transport.post(request, ({ kind }) => resolve(kind))));
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
parentPort?.postMessage({ contexts, kinds });
await transport.close();
