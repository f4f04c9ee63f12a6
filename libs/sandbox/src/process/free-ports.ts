import { createServer } from 'node:net';

// Below the range from which the system picks ports for outgoing connections: a port chosen now and bound a second
// later must not be taken in between by anybody's client socket.
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;

/** By this process: who was given one may not listen on it yet, and another must not be given it meanwhile. */
const handedOut = new Set<number>();

/** Whether 127.0.0.1:`port` can be listened on right now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** `count` different ports of 127.0.0.1 that nobody listens on, and that this process was given none of before. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let attempt = 0; ports.size < count; attempt++) {
    if (attempt > 1_000) throw new Error(`No ${count} free ports between ${FIRST_PORT} and ${LAST_PORT}`);
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isPortFree(port)) ports.add(port);
  }
  return [...ports];
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('No free port');
  return port;
}
