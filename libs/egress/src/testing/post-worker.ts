import { parentPort, workerData } from 'node:worker_threads';
import { checkEndpointUrl, parseAllowList, parsePorts } from '@signalbox/domain';
import { parseForwardProxy } from '../forward-proxy.ts';
import { SocketTransport } from '../http-transport.sockets.ts';

/** What a thread of its own, with an environment of its own, is to post. */
export interface WorkerPost {
  readonly url: string;
  readonly proxy?: string;
}

const { url, proxy } = workerData as WorkerPost;
const allowList = parseAllowList('127.0.0.0/8+http');
const ports = parsePorts('80-65535');
const through = proxy === undefined ? undefined : parseForwardProxy(proxy);
if (!allowList.ok || !ports.ok || through?.ok === false) throw new Error('bad settings');
const endpoint = checkEndpointUrl(url, { allowList: allowList.value, ports: ports.value });
if (!endpoint.ok) throw new Error(endpoint.message);
const transport = new SocketTransport({
  allowList: allowList.value,
  ...(through === undefined ? {} : { proxy: through.value }),
});
transport.post({ endpoint, headers: [], body: Buffer.from('{}'), timeoutMs: 5_000 }, (outcome) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  parentPort?.postMessage(outcome);
  void transport.close();
});
