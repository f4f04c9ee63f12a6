import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';

/** Listens, and accepts nobody: a thread of its own that stands still. */
const LISTENER = `
  const { createServer } = require('node:net');
  const { parentPort } = require('node:worker_threads');
  const server = createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;
/** More than the machine's queue of a backlog of 1 takes: whoever comes then waits for his connection. */
const FILLERS = 8;

/** A server with which no connection comes about, and none is refused. */
export class DeafServer {
  private constructor(
    readonly port: number,
    private readonly worker: Worker,
    private readonly fillers: readonly Socket[],
  ) {}

  static async start(): Promise<DeafServer> {
    const worker = new Worker(LISTENER, { eval: true });
    const [port] = (await once(worker, 'message')) as [number];
    const fillers = Array.from({ length: FILLERS }, () => connect({ host: '127.0.0.1', port }));
    for (const filler of fillers) filler.on('error', () => undefined);
    const [first] = fillers;
    if (first !== undefined) await once(first, 'connect');
    return new DeafServer(port, worker, fillers);
  }

  async close(): Promise<void> {
    for (const filler of this.fillers) filler.destroy();
    await this.worker.terminate();
  }
}
