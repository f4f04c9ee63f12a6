import type { Server } from 'node:http';

const IDLE_EVERY_MS = 100;
const GRACE_MS = 5_000;

/**
 * Takes no new connection, lets requests under way end for 5 s, and resolves when every connection is closed. By itself
 * Node closes what is idle once; a connection whose request ends after that would stay for its keep-alive time.
 */
export async function closeServer(server: Server, graceMs: number = GRACE_MS): Promise<void> {
  const closeIdle = setInterval(() => server.closeIdleConnections(), IDLE_EVERY_MS);
  const closeAll = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(closeIdle);
  clearTimeout(closeAll);
}
